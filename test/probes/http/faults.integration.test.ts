import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Judgement } from '../../../src/model/run.ts';
import { http } from '../../../src/probes/http.ts';
import { tcp } from '../../../src/probes/tcp.ts';
import { certificateFor } from '../../servers/certificates.ts';
import { httpTarget, type TargetServer } from '../../servers/target-server.ts';
import { probe } from '../run-context.ts';

/** What a check that only connects says. */
async function connecting(server: TargetServer): Promise<Judgement> {
  return (await probe(tcp, { host: server.host, port: server.port })).judgement;
}

/** What a check for status 2xx says, and nothing more is looked at. */
async function asking(server: TargetServer, fields: object = {}): Promise<Judgement> {
  return (await probe(http, { url: `http://${server.at}/health`, ...fields }, { timeoutMs: 500 })).judgement;
}

/** A body that stops coming after some of it, as behind a path that swallows large packets. */
const stoppingAfter =
  (bytes: number, of: number): RequestListener =>
  (request, response) => {
    const isLarge = request.url === '/large';
    response.writeHead(200, { 'content-length': isLarge ? of : 2 });
    if (request.method === 'HEAD' || !isLarge) response.end('ok');
    else response.write('x'.repeat(bytes));
  };

describe('faults that a shallow check does not see', () => {
  test('a private authority that was swapped is untrusted, though the port is open (row 9)', async () => {
    const { chain, key } = certificateFor({ authority: 'Another CA' });
    await using server = await httpTarget((_request, response) => void response.end('ok'), { cert: chain, key });
    const deep = await probe(http, { url: `https://${server.at}/`, tls: { ca: certificateFor().ca } });
    expect(deep.judgement).toMatchObject({ outcome: 'fail', class: 'tls.untrusted' });
    expect(deep.judgement.message).toContain('CN=Another CA');
    expect(await connecting(server)).toMatchObject({ outcome: 'pass' });
  });

  test('a maintenance page with status 200 is malformed where JSON is expected (row 10)', async () => {
    await using server = await httpTarget((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><h1>We will be right back</h1>');
    });
    expect(await asking(server, { expect: { json: { '$.status': 'ok' } } })).toMatchObject({
      outcome: 'fail',
      class: 'protocol.malformed',
    });
    expect(await asking(server)).toMatchObject({ outcome: 'pass' });
  });

  test('a redirect to a login elsewhere is unexpected, though whoever follows it gets 200 (row 11)', async () => {
    await using login = await httpTarget((_request, response) => void response.end('<form>user, password</form>'));
    await using server = await httpTarget((_request, response) => {
      response.writeHead(302, { location: `http://${login.at}/login` }).end();
    });
    expect(await asking(server)).toMatchObject({ outcome: 'fail', class: 'protocol.unexpected_redirect' });
    expect(await asking(server, { follow: 'any' })).toMatchObject({ outcome: 'pass' });
  });

  test('an error of the server is one for a shallow check too, unless it only connects (row 12)', async () => {
    await using server = await httpTarget((_request, response) => void response.writeHead(502).end());
    expect(await asking(server)).toMatchObject({ outcome: 'fail', class: 'http.5xx' });
    expect(await connecting(server)).toMatchObject({ outcome: 'pass' });
  });

  test('an answer over its budget is saturated, though it is right (row 51)', async () => {
    await using server = await httpTarget((_request, response) => void setTimeout(() => response.end('ok'), 60));
    expect(await asking(server, { expect: { maxLatency: '20ms' } })).toMatchObject({
      outcome: 'fail',
      class: 'latency.saturated',
    });
    expect(await asking(server)).toMatchObject({ outcome: 'pass' });
  });

  test('an answer that hangs after its headers runs out of time, though HEAD is answered (row 52)', async () => {
    await using server = await httpTarget(stoppingAfter(0, 100));
    const large = { url: `http://${server.at}/large` };
    expect(await asking(server, large)).toMatchObject({ outcome: 'fail', class: 'latency.timeout' });
    expect(await asking(server, { ...large, method: 'HEAD' })).toMatchObject({ outcome: 'pass' });
    expect(await connecting(server)).toMatchObject({ outcome: 'pass' });
  });

  test('a large body that hangs runs out of time and says how much had come, though small answers pass', async () => {
    await using server = await httpTarget(stoppingAfter(13_000, 200_000));
    const judgement = await asking(server, { url: `http://${server.at}/large` });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'latency.timeout' });
    expect(judgement.message).toContain('13000 of 200000 bytes had come');
    expect(await asking(server)).toMatchObject({ outcome: 'pass' });
  });
});
