import { Ajv2020 } from 'ajv/dist/2020.js';
import type { AnySchema } from 'ajv';
import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGuard } from '../../src/api/guard.ts';
import { createSessions } from '../../src/api/sessions.ts';
import type { ApiContext } from '../../src/api/operation.ts';
import { OPERATIONS } from '../../src/api/operations.ts';
import { registerOperations } from '../../src/api/register-operations.ts';
import type { ProbeId } from '../../src/model/ids.ts';
import { ask } from './support/ask.ts';
import { incident, stored } from './support/fake-daemon.ts';
import { serve, WRITE_TOKEN } from './support/with-api.ts';
import type { Served } from './support/with-api.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- the document is looked into
type Document = any;

describe('the OpenAPI document', () => {
  let served: Served;
  let document: Document;

  beforeAll(async () => {
    served = await serve({
      findings: () => ({
        findings: [{ code: 'vantage/none', severity: 'warning', subject: '', message: 'no anchors' }],
        accepted: [],
      }),
    });
    served.daemon.incidents.push(incident('rekor-1'), incident('rekor/log:tls.expiring', { state: 'resolved' }));
    served.daemon.observations.push(
      stored(1),
      stored(2, { outcome: 'fail', class: 'http.5xx', message: 'x', phases: { dns: 1 }, evidence: { body: 'x' } }),
      stored(3, { probe: 'dis/http' as ProbeId, warnings: [{ class: 'tls.expiring', message: 'soon' }] }),
    );
    document = (await ask(`${served.url}/api/v1/openapi.json`)).json;
  });
  afterAll(() => served[Symbol.asyncDispose]());

  test('is OpenAPI 3.1 of this version', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Tocsin', version: '1.2.3' } });
  });

  test('has every route that is registered, and no other', async () => {
    const registered: string[] = [];
    const server = fastify({ exposeHeadRoutes: false });
    server.addHook('onRoute', ({ method, url }) => void registered.push(`${String(method)} ${url}`));
    const sessions = createSessions('tocsin-session', () => 0);
    const guard = createGuard({ auth: { kind: 'none' }, loopbackOnly: true, sessions });
    registerOperations(server, OPERATIONS, {} as ApiContext, () => guard);
    await server.ready();
    await server.close();
    const documented = Object.entries(document.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(documented.sort()).toEqual(registered.sort());
  });

  test('names each path parameter of each path', () => {
    for (const [path, methods] of Object.entries(document.paths as Record<string, Document>))
      for (const { parameters } of Object.values<Document>(methods)) {
        const named = (parameters as { in: string; name: string }[]).flatMap((each) =>
          each.in === 'path' ? [each.name] : [],
        );
        expect(named).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
      }
  });

  test.each([
    ['GET', '/api/v1/status', '/api/v1/status'],
    ['GET', '/api/v1/services', '/api/v1/services'],
    ['GET', '/api/v1/services/{id}', '/api/v1/services/rekor'],
    ['GET', '/api/v1/graph', '/api/v1/graph'],
    ['GET', '/api/v1/incidents', '/api/v1/incidents'],
    ['GET', '/api/v1/incidents/{id}', '/api/v1/incidents/rekor-1'],
    ['POST', '/api/v1/incidents/{id}/ack', '/api/v1/incidents/rekor-1/ack', {}],
    ['POST', '/api/v1/incidents/{id}/notes', '/api/v1/incidents/rekor-1/notes', { text: 'x' }],
    ['GET', '/api/v1/observations', '/api/v1/observations'],
    ['GET', '/api/v1/observations/summary', '/api/v1/observations/summary?probe=rekor/http&step=1h'],
    ['GET', '/api/v1/findings', '/api/v1/findings'],
    ['POST', '/api/v1/changes', '/api/v1/changes', { service: 'rekor', summary: 'x' }],
    ['GET', '/api/v1/changes', '/api/v1/changes'],
    ['POST', '/api/v1/impact', '/api/v1/impact', { capabilities: ['rekor.append'] }],
    ['GET', '/api/v1/openapi.json', '/api/v1/openapi.json'],
    ['GET', '/healthz', '/healthz'],
    ['GET', '/readyz', '/readyz'],
  ])('%s %s answers as it says, without a field that it does not know', async (method, path, url, body?: object) => {
    const { status, json } = await ask(`${served.url}${url}`, { method, body, ...(body && { token: WRITE_TOKEN }) });
    const { schema } = document.paths[path][method.toLowerCase()].responses[status].content['application/json'];
    expectToMatch(document, schema as object, json);
  });

  test('a problem looks as it says', async () => {
    const { json } = await ask(`${served.url}/api/v1/services/nope`);
    const { schema } =
      document.paths['/api/v1/services/{id}'].get.responses.default.content['application/problem+json'];
    expectToMatch(document, schema as object, json);
  });
});

/** Holds an answer against its schema, in which no field is left to chance. */
function expectToMatch(document: Document, schema: object, value: unknown): void {
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
  // Stricter than the format: what we send is UTC with milliseconds.
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const whole = { ...schema, components: document.components } as AnySchema;
  ajv.addVocabulary(['components']);
  const validate = ajv.compile(closed(whole) as AnySchema);
  expect([validate(value), validate.errors ?? []]).toEqual([true, []]);
}

/** Every object with known fields, closed: later versions may add fields, but not without saying so here. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]));
  return 'properties' in inner && inner['type'] === 'object' ? { ...inner, additionalProperties: false } : inner;
}
