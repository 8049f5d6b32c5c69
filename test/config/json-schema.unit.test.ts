import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { configurationJsonSchema } from '../../src/config/json-schema.ts';
import { fakeChannelKinds, fakeKinds } from './fake-kinds.ts';

const schema = configurationJsonSchema(fakeKinds, fakeChannelKinds);
const full: unknown = parse(readFileSync(path.join(import.meta.dirname, 'full.yaml'), 'utf8'));
/** Annotations of ours are no keywords of JSON Schema, so strict mode is told of them. */
const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, keywords: ['secret'], formats: { uri: true } });
const validate = ajv.compile(schema as object);

type Defs = Readonly<Record<string, { readonly properties?: Readonly<Record<string, Record<string, unknown>>> }>>;
const defs = schema['$defs'] as Defs;

describe('the JSON Schema', () => {
  test('accepts the full example, by an independent validator', () => {
    validate(full);
    expect(validate.errors).toBeNull();
  });

  test('is draft 2020-12 by its own meta-schema', () => {
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(ajv.validateSchema(schema as object)).toBe(true);
  });

  test.each([
    ['an unknown key of a service', { services: { shop: { tilte: 'x' } } }],
    [
      'an unknown key of a probe',
      { services: { shop: { probes: { p: { kind: 'web', url: 'https://x', urll: '' } } } } },
    ],
    ['a key of another kind', { services: { shop: { probes: { p: { kind: 'web', url: 'https://x', host: 'h' } } } } }],
    ['a missing key of the kind', { services: { shop: { probes: { p: { kind: 'web' } } } } }],
    ['an unknown kind', { services: { shop: { probes: { p: { kind: 'wbe' } } } } }],
    ['a probe without kind', { services: { shop: { probes: { p: { url: 'https://x' } } } } }],
    [
      'a key that a union of a kind lacks',
      { services: { shop: { probes: { p: { kind: 'either', host: 'h', prot: 1 } } } } },
    ],
    ['a need of no known form', { services: { shop: { needs: [{ sofft: 'x' }] } } }],
    ['a duration without unit', { services: { shop: { detectWithin: '5' } } }],
    ['a key of a capability', { services: { shop: { capabilities: { a: { neds: [] } } } } }],
    ['a key of a channel', { channels: { m: { kind: 'mail', too: [] } } }],
  ])('refuses %s', (_what, document) => {
    expect(validate(document)).toBe(false);
  });

  test('accepts a kind whose options are one of several shapes, beside the common fields', () => {
    const probe = (more: object): object => ({
      services: { s: { probes: { p: { kind: 'either', every: '1m', ...more } } } },
    });
    expect(validate(probe({ socket: '/x' }))).toBe(true);
    expect(validate(probe({ host: 'h', port: 1 }))).toBe(true);
    expect(validate(probe({ socket: '/x', extra: 1 }))).toBe(false);
  });

  test('carries descriptions, defaults and examples, of common fields and of the kinds', () => {
    const web = defs['probe.web']?.properties ?? {};
    expect(web['every']).toMatchObject({ default: '30s' });
    expect(web['method']).toMatchObject({ default: 'GET', description: 'what to ask with' });
    expect(web['assert']).toMatchObject({ examples: [['latencyMs < 500']] });
    const server = (schema['properties'] as Record<string, { description?: string }>)['server'];
    expect(server?.description).toBe('the daemon itself');
  });

  test('marks secret fields', () => {
    expect(defs['probe.web']?.properties?.['token']).toMatchObject({ secret: true });
    expect(defs['channel.hook']?.properties?.['secret']).toMatchObject({ secret: true });
  });
});
