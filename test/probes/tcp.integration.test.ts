import { describe, expect, test } from 'vitest';
import { tcp } from '../../src/probes/tcp.ts';
import { refusedPort, tcpTarget } from '../servers/target-server.ts';
import { probe } from './run-context.ts';

describe('a port', () => {
  test('that listens passes, and proves no more than that', async () => {
    await using server = await tcpTarget(() => undefined);
    const { judgement, measured } = await probe(tcp, { host: server.host, port: server.port });
    expect(judgement.outcome).toBe('pass');
    expect(judgement.steps.map((step) => step.kind)).toEqual(['reach']);
    expect(measured.facts['addresses']).toEqual(['127.0.0.1']);
    expect(tcp.deep(tcp.schema.parse({ host: 'a.test', port: 1 }))).toBe(false);
  });

  test('that refuses is refused', async () => {
    const { judgement } = await probe(tcp, { host: '127.0.0.1', port: await refusedPort() });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'connect.refused' });
  });

  test('of a name that does not exist is never reached', async () => {
    const { judgement } = await probe(tcp, { host: 'absent.test', port: 1 });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'dns.nxdomain', steps: [{ outcome: 'fail' }] });
  });

  test('that refuses on one of two addresses is half there', async () => {
    await using server = await tcpTarget(() => undefined);
    const names = { 'target.test': ['127.0.0.1', '127.0.0.2'] };
    const { judgement } = await probe(tcp, { host: 'target.test', port: server.port }, { names });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'connect.partial' });
    expect(judgement.message).toContain('127.0.0.2 (connect.refused');
  });
});

describe('an answer', () => {
  const talking = async (say: string, expectation: object, after: 'stay' | 'leave' = 'stay') => {
    await using server = await tcpTarget((socket) => {
      if (say !== '') socket.write(say);
      if (after === 'leave') socket.end();
    });
    return await probe(tcp, { host: server.host, port: server.port, expect: expectation }, { timeoutMs: 400 });
  };

  test.each<[string, string, object, 'stay' | 'leave', string | undefined]>([
    ['that contains what it should', '220 mail ESMTP\r\n', { contains: 'ESMTP' }, 'stay', undefined],
    ['that matches', '220 mail ESMTP\r\n', { matches: '^2\\d\\d ' }, 'stay', undefined],
    ['that is another', '554 no\r\n', { contains: '220' }, 'leave', 'semantic.wrong_value'],
    ['that stops short', '22', { contains: '220' }, 'stay', 'latency.timeout'],
    ['that is only an end', '', { contains: '220' }, 'leave', 'connect.reset'],
    ['that does not end', 'x'.repeat(100_000), { contains: '220' }, 'stay', 'protocol.too_large'],
  ])('%s', async (_rule, say, expectation, after, expected) => {
    const { judgement } = await talking(say, expectation, after);
    expect(judgement.class).toBe(expected);
  });

  test('that came and is not enough is told beside the time that ran out', async () => {
    const { judgement } = await talking('421 too busy\r\n', { matches: '^220 ' });
    expect(judgement).toMatchObject({ class: 'latency.timeout', steps: [{}, { got: '421 too busy\\r\\n' }] });
    expect(judgement.message).toContain('; expected text that matches /^220 /, got 421 too busy');
  });

  test('is to what was sent', async () => {
    await using server = await tcpTarget((socket) => {
      socket.on('data', (chunk: Buffer) => socket.write(chunk.toString() === 'PING\r\n' ? '+PONG\r\n' : '-ERR\r\n'));
    });
    const fields = { host: server.host, port: server.port, send: 'PING\r\n', expect: { contains: '+PONG' } };
    expect((await probe(tcp, fields)).judgement.outcome).toBe('pass');
  });
});

test.each([
  ['tcp://10.0.0.1:22', { host: '10.0.0.1', port: 22 }],
  ['tcp://[::1]:22', { host: '::1', port: 22 }],
  ['tcp://db.example:5432/', { host: 'db.example', port: 5432 }],
])('%s is short for a host and a port', (url, expected) => {
  expect(tcp.shorthand?.options(url)).toEqual(expected);
});
