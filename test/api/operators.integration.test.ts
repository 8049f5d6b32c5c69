import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../src/api/operations.ts';
import { ask, pluck } from './support/ask.ts';
import type { Answered } from './support/ask.ts';
import { incident } from './support/fake-daemon.ts';
import { serve, WRITE_TOKEN } from './support/with-api.ts';
import type { Served } from './support/with-api.ts';

const SOON = '2026-05-04T10:30:00.000Z';
/** What may be said about an incident. */
const WORDS = ['ack', 'notes', 'label', 'close'];
const LATER = '2026-05-05T10:00:00.000Z';

describe('an operator’s words', () => {
  let served: Served;
  const get = (path: string): Promise<Answered> => ask(`${served.url}/api/v1${path}`);
  const say = (method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<Answered> =>
    ask(`${served.url}/api/v1${path}`, { method, token: WRITE_TOKEN, ...(body === undefined ? {} : { body }) });

  beforeAll(async () => {
    served = await serve();
  });
  afterAll(() => served[Symbol.asyncDispose]());

  test('a silence is kept with its end, its reason and who said it; one that ends soon says so', async () => {
    const silence = { match: { service: 'rekor' }, until: LATER, reason: 'known, being moved' };
    const made = await say('POST', '/silences', silence);
    expect(made).toMatchObject({ status: 201, json: { ...silence, by: 'data folder', expiresSoon: false } });
    await say('POST', '/silences', { match: { owner: 'edge' }, until: SOON, reason: 'soon over' });
    const { items } = (await get('/silences')).json;
    expect(pluck(items, 'expiresSoon')).toEqual([false, true]);
    for (const { id } of items as readonly { id: string }[])
      expect((await say('DELETE', `/silences/${id}`)).status).toBe(204);
    expect((await get('/silences')).json.items).toEqual([]);
  });

  test.each([
    ['of everything', { match: {}, until: LATER, reason: 'r' }],
    ['without an end', { match: { service: 'rekor' }, reason: 'r' }],
    ['without a reason', { match: { service: 'rekor' }, until: LATER, reason: '' }],
    ['that has ended', { match: { service: 'rekor' }, until: '2026-05-04T09:00:00Z', reason: 'r' }],
    ['of something that cannot be matched', { match: { host: 'a' }, until: LATER, reason: 'r' }],
  ])('a silence %s is refused', async (_rule, body) => {
    const refused = await say('POST', '/silences', body);
    expect(refused).toMatchObject({ status: 400, json: { type: 'urn:problem:tocsin:invalid' } });
  });

  test('planned work is kept, listed, and ended before its time', async () => {
    const made = await say('POST', '/maintenance', { services: ['store'], until: LATER, reason: 'upgrade' });
    expect(made).toMatchObject({ status: 201, json: { services: ['store'], from: '2026-05-04T10:00:00.000Z' } });
    const [planned] = (await get('/maintenance')).json.items as readonly { id: string }[];
    expect((await say('DELETE', `/maintenance/${planned?.id ?? ''}`)).status).toBe(204);
    expect((await get('/maintenance')).json.items).toEqual([]);
    expect((await say('POST', '/maintenance', { services: ['nope'], until: LATER, reason: 'r' })).status).toBe(404);
  });

  test('an incident is labelled and closed', async () => {
    served.daemon.incidents.push(incident('rekor-1'));
    expect((await say('POST', '/incidents/rekor-1/label', { label: 'false' })).json).toMatchObject({ label: 'false' });
    expect((await say('POST', '/incidents/rekor-1/label', { label: 'maybe' })).status).toBe(400);
    expect((await say('POST', '/incidents/rekor-1/close', {})).json).toMatchObject({ state: 'resolved' });
    expect((await say('POST', '/incidents/nope-1/close', {})).status).toBe(404);
  });

  test('following a link of a message says nothing: only a POST does, whatever token comes along', async () => {
    served.daemon.incidents.push(incident('store-1'));
    const before = structuredClone(served.daemon.incidents);
    const links = ['/incidents/store-1', ...WORDS.map((word) => `/api/v1/incidents/store-1/${word}`)];
    const statuses = await Promise.all(
      links.flatMap((path) =>
        ['GET', 'HEAD'].map(async (method) => {
          const response = await fetch(`${served.url}${path}`, {
            method,
            headers: { authorization: `Bearer ${WRITE_TOKEN}` },
          });
          await response.arrayBuffer();
          return response.status;
        }),
      ),
    );
    expect(statuses.slice(2).filter((status) => status < 400)).toEqual([]);
    expect(served.daemon.incidents).toEqual(before);
    expect(OPERATIONS.filter(({ method, access }) => method === 'GET' && access.kind === 'write')).toEqual([]);
  });

  test('channels are listed with their newest message, and tested by a real one', async () => {
    const [hook] = (await get('/channels')).json.items as readonly object[];
    expect(hook).toMatchObject({ id: 'hook', lastResult: 'delivered', lastAt: '2026-05-04T10:00:00.000Z' });
    expect((await say('POST', '/channels/hook/test', {})).json).toMatchObject({ delivered: true, detail: '200' });
    expect((await say('POST', '/channels/nope/test', {})).status).toBe(404);
  });

  test('what does not exist cannot be ended, and nothing is said without a token', async () => {
    expect((await say('DELETE', '/silences/nope')).json).toMatchObject({ status: 404 });
    expect((await say('DELETE', '/maintenance/nope')).json).toMatchObject({ status: 404 });
    const without = await ask(`${served.url}/api/v1/silences/nope`, { method: 'DELETE' });
    expect(without.status).toBe(401);
  });
});
