import { expect, test } from 'vitest';
import { consul } from '../../../src/probes/consul.ts';
import { startConsul } from '../../../src/world/consul.ts';
import { httpTarget, type TargetServer } from '../../servers/target-server.ts';
import { probe } from '../run-context.ts';

const identity = { value: 'production' };
const names = { 'consul.test': ['127.0.0.1', '127.0.0.2'] };

/** The same port of another address, leading to the same store: as behind a name with two addresses. */
async function second(url: string, seen: string[], status?: number): Promise<TargetServer> {
  const { port } = new URL(url);
  return httpTarget(
    (request, response) => {
      seen.push(request.method ?? '');
      void fetch(`${url}${request.url}`, { method: request.method ?? 'GET', headers: { connection: 'close' } }).then(
        async (answer) => {
          response.writeHead(status ?? answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
          response.end(await answer.text());
        },
      );
    },
    undefined,
    '127.0.0.2',
    Number(port),
  );
}

test('every address is read, and one alone is written to', async () => {
  await using store = await startConsul({ values: { 'tocsin/identity': 'production' } });
  const seen: string[] = [];
  await using _other = await second(store.url, seen);
  const url = `http://consul.test:${store.server.port}`;
  const { judgement, measured } = await probe(consul, { url, identity, write: true }, { names });
  expect(judgement.outcome, judgement.message).toBe('pass');
  expect(measured.visits.map(({ answers }) => answers.length)).toEqual([6, 2]);
  expect(seen).toEqual(['GET', 'GET']);
});

test('one bad address is partial, and names its own fault', async () => {
  await using store = await startConsul({ values: { 'tocsin/identity': 'production' } });
  await using _other = await second(store.url, [], 503);
  const url = `http://consul.test:${store.server.port}`;
  const { judgement } = await probe(consul, { url, identity, write: true }, { names });
  expect(judgement).toMatchObject({ outcome: 'fail', class: 'connect.partial' });
  expect(judgement.message).toContain('127.0.0.2 (http.5xx');
});

test('an address that refuses among others that answer fails in reaching', async () => {
  await using store = await startConsul({ values: { 'tocsin/identity': 'production' } });
  const url = `http://consul.test:${store.server.port}`;
  const { judgement } = await probe(consul, { url, identity, write: true }, { names });
  expect(judgement).toMatchObject({ outcome: 'fail', class: 'connect.partial' });
  expect(judgement.steps.filter(({ outcome }) => outcome === 'fail')).toMatchObject([{ name: 'reach' }]);
});

test('an address that may not be connected to is the monitor’s own affair, and is never touched', async () => {
  await using store = await startConsul({ values: { 'tocsin/identity': 'production' } });
  const url = `http://consul.test:${store.server.port}`;
  const guard = () => ({ allowed: false, reason: 'not in allow' }) as const;
  const { measured } = await probe(consul, { url, identity }, { names, guard });
  expect(measured.ownFault?.class).toBe('probe.misconfigured');
});
