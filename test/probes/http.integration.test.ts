import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { http } from '../../src/probes/http.ts';
import { certificateFor } from '../servers/certificates.ts';
import { hostileServer, type Hostility } from '../servers/hostile-server.ts';
import { httpTarget, tcpTarget, type TargetServer } from '../servers/target-server.ts';
import { probe, runContext, type ContextWishes } from './run-context.ts';

const DAY_MS = 86_400_000;

/** Answers every request alike. */
function answering(status: number, body = '', headers: Record<string, string> = {}): RequestListener {
  return (_request, response) => response.writeHead(status, headers).end(body);
}

const json = (value: unknown) => answering(200, JSON.stringify(value), { 'content-type': 'application/json' });

/** Probes one server with these fields. */
async function probing(answer: RequestListener, fields: object = {}, wishes: ContextWishes = {}) {
  await using server = await httpTarget(answer);
  return await probe(http, { url: `http://${server.at}/health`, ...fields }, wishes);
}

describe('a status that is not wanted names its class', () => {
  test.each([
    ['unauthorised', 401, 'auth.unauthorized'],
    ['forbidden', 403, 'auth.forbidden'],
    ['over the limit', 429, 'quota.rate_limited'],
    ['another mistake of ours', 404, 'http.4xx'],
    ['a mistake of theirs', 503, 'http.5xx'],
    ['a success of another kind', 204, 'semantic.wrong_value'],
  ])('%s: %i is %s', async (_rule, status, expected) => {
    const { judgement } = await probing(answering(status), { expect: { status: 200 } });
    expect(judgement).toMatchObject({ outcome: 'fail', class: expected });
    expect(judgement.steps.map((step) => [step.name, step.outcome])).toEqual([
      ['reach', 'pass'],
      ['answer', 'fail'],
    ]);
  });

  test('what a broken server says of itself is in the message: on one line, short, and without secrets', async () => {
    const auth = { bearer: 'tk-0123456789' };
    const says = `<h1>Bad\n  gateway</h1>\u001b[31m for Bearer tk-0123456789 ${'x'.repeat(500)}`;
    const { judgement } = await probing((_request, response) => response.writeHead(502).end(says), { auth });
    expect(judgement.message).toMatch(
      /expected status 2xx, got status 502: <h1>Bad gateway<\/h1>\\u\{1b\}\[31m for Bearer <secret> x+…$/,
    );
    expect(judgement.message?.length).toBeLessThan(300);
  });

  test('bytes that are no text are not', async () => {
    const noText = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
    const { judgement } = await probing((_request, response) => response.writeHead(500).end(noText));
    expect(judgement.message).toMatch(/got status 500$/);
  });

  test('one that is wanted passes, whatever it is', async () => {
    const { judgement } = await probing(answering(401), { expect: { status: [200, 401] } });
    expect(judgement.outcome).toBe('pass');
  });
});

describe('an answer is held to what is expected', () => {
  const body = { status: 'ok', shards: [{ name: 'a b', up: true }] };
  test.each<[string, object, string | undefined]>([
    ['a JSON value that is there', { json: { '$.shards[0].up': true } }, undefined],
    ['a whole JSON object', { json: { '$.shards[-1]': { up: true, name: 'a b' } } }, undefined],
    ['a JSON value that differs', { json: { '$.status': 'degraded' } }, 'semantic.wrong_value'],
    ['a JSON value that is absent', { json: { '$.leader': true } }, 'semantic.missing'],
    ['text that is there', { contains: '"ok"' }, undefined],
    ['text that is absent', { contains: ['"ok"', 'production'] }, 'semantic.wrong_value'],
    ['a pattern that is found', { matches: 'sta.us' }, undefined],
    ['a pattern that is not found', { matches: '^ok$' }, 'semantic.wrong_value'],
    ['a pattern that must not be found', { notMatches: 'shard' }, 'semantic.wrong_value'],
    ['a header that is there', { headers: { 'Content-Type': '/^application\\/json/' } }, undefined],
    ['a header that differs', { headers: { 'content-type': 'text/plain' } }, 'semantic.wrong_value'],
    ['a header that is absent', { headers: { 'x-served-by': 'a' } }, 'semantic.missing'],
    ['other bytes', { sha256: '0'.repeat(64) }, 'integrity.digest_mismatch'],
    ['the right bytes', { sha256: createHash('sha256').update(JSON.stringify(body)).digest('hex') }, undefined],
    ['time enough', { maxLatency: '5s' }, undefined],
  ])('%s', async (_rule, expectation, expected) => {
    const { judgement } = await probing(json(body), { expect: expectation });
    expect(judgement.class).toBe(expected);
  });

  test('a web page with status 200 where JSON was expected is malformed', async () => {
    const page = answering(200, '<!doctype html><title>We will be back</title>', { 'content-type': 'text/html' });
    const { judgement } = await probing(page, { expect: { json: { '$.status': 'ok' } } });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'protocol.malformed' });
    expect(judgement.message).toContain('a web page');
  });

  test('an answer slower than its limit is saturated, not down', async () => {
    await using server = await httpTarget((_request, response) => {
      setImmediate(() => response.end('ok'));
    });
    const started = { now: 0 };
    // A clock of the test's own: a second passes whenever it is read.
    const options = http.schema.parse({ url: `http://${server.at}/`, expect: { maxLatency: '500ms' } });
    const measured = await http.run(options, { ...runContext(), monotonic: () => (started.now += 1000) });
    expect(http.judge(measured, options)).toMatchObject({ outcome: 'fail', class: 'latency.saturated' });
  });

  test('what was measured is judged the same after a trip through the log', async () => {
    const { measured, judgement } = await probing(json(body), { expect: { json: { '$.status': 'ok' } } });
    expect(judgement.variables).toMatchObject({ status: 200, json: body, body: JSON.stringify(body) });
    expect(measured.phases).toMatchObject({
      dns: expect.any(Number),
      connect: expect.any(Number),
      firstByte: expect.any(Number),
    });
  });

  test('a body too long to keep is judged by what was seen of it, and only by that', async () => {
    const long = `${'x'.repeat(100_000)}needle`;
    await using server = await httpTarget(answering(200, long));
    const url = `http://${server.at}/`;
    const { measured, judgement } = await probe(http, { url, expect: { contains: 'needle' } });
    expect(judgement.outcome).toBe('pass');
    expect(JSON.stringify(measured).length).toBeLessThan(10_000);
    const otherRules = http.schema.parse({ url, expect: { contains: 'haystack' } });
    expect(http.judge(measured, otherRules)).toMatchObject({ outcome: 'fail', class: 'semantic.unevaluable' });
    expect(judgement.variables?.['body']).toBeUndefined();
  });
});

describe('how the request is sent', () => {
  test('method, headers, JSON and credentials arrive, and a POST is a step that writes', async () => {
    const seen: { method?: string | undefined; headers?: Record<string, unknown>; body: string } = { body: '' };
    const { judgement } = await probing(
      (request, response) => {
        Object.assign(seen, { method: request.method, headers: request.headers });
        request.on('data', (chunk: Buffer) => (seen.body += chunk.toString()));
        request.on('end', () => response.end('done'));
      },
      {
        method: 'POST',
        headers: { 'X-Team': 'supply-chain' },
        json: { digest: 'sha256:1' },
        auth: { basic: { username: 'probe', password: 'pässword' } },
      },
      { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    );
    expect(judgement.steps.at(-1)).toMatchObject({ kind: 'write', outcome: 'pass' });
    expect(seen).toMatchObject({
      method: 'POST',
      body: '{"digest":"sha256:1"}',
      headers: {
        'x-team': 'supply-chain',
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from('probe:pässword').toString('base64')}`,
        traceparent: expect.stringContaining('0af7651916cd43dd'),
      },
    });
  });

  test('each run makes a connection of its own', async () => {
    await using server = await httpTarget(answering(200));
    await probe(http, { url: `http://${server.at}/` });
    await probe(http, { url: `http://${server.at}/` });
    expect(server.accepted()).toBe(2);
  });

  test('a token is fetched with client credentials, used, and masked where it comes back', async () => {
    await using server = await httpTarget((request, response) => {
      if (request.url === '/token') return void response.end('{"access_token":"fresh-token-1","expires_in":60}');
      response.end(`you said ${request.headers.authorization}`);
    });
    const { measured, judgement } = await probe(http, {
      url: `http://${server.at}/`,
      auth: { oauth2: { tokenUrl: `http://${server.at}/token`, clientId: 'probe', clientSecret: 'hush-hush' } },
      expect: { contains: 'you said Bearer' },
    });
    expect(judgement.outcome).toBe('pass');
    expect(JSON.stringify(measured)).not.toContain('fresh-token-1');
  });

  test('a client that gets no token is unauthorised', async () => {
    await using server = await httpTarget(answering(401, '{"error":"invalid_client"}'));
    const { judgement } = await probe(http, {
      url: `http://${server.at}/`,
      auth: { oauth2: { tokenUrl: `http://${server.at}/token`, clientId: 'probe', clientSecret: 'hush-hush' } },
    });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'auth.unauthorized' });
    expect(judgement.message).toContain('/token');
  });

  test('secrets that come back in body, headers or JSON are masked before anything is kept', async () => {
    const secret = '1234567890';
    const { measured, judgement } = await probing(
      (request, response) => {
        response.setHeader('x-echo', String(request.headers.authorization));
        response.setHeader('set-cookie', 'session=very-private; Path=/');
        response.end(JSON.stringify({ token: secret, number: Number(secret), basic: request.headers['x-key'] }));
      },
      { auth: { bearer: secret }, headers: { 'x-key': secret }, expect: { json: { '$.number': 1 } } },
    );
    const kept = JSON.stringify([measured, judgement]);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'semantic.wrong_value' });
    expect(kept).not.toContain(secret);
    expect(kept).not.toContain('very-private');
    expect(kept).toContain('<secret>');
  });

  test('through a proxy: https by CONNECT, http in absolute form', async () => {
    const certificate = certificateFor();
    await using secure = await httpTarget(answering(200, 'inside'), { cert: certificate.chain, key: certificate.key });
    const asked: string[] = [];
    await using proxy = await tcpTarget((client) => {
      client.once('data', (chunk: Buffer) => {
        const line = chunk.toString('latin1').split('\r\n')[0] ?? '';
        asked.push(line);
        if (!line.startsWith('CONNECT')) return void client.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nplain');
        const upstream = connect(secure.port, secure.host, () => {
          client.write('HTTP/1.1 200 Connection established\r\n\r\n');
          client.pipe(upstream).pipe(client);
        });
        upstream.on('error', () => client.destroy());
        client.on('close', () => upstream.destroy());
      });
    });
    const viaProxy = { proxy: `http://${proxy.at}` };
    const tls = { tls: { ca: certificate.ca } };
    const tunnelled = await probe(http, {
      url: 'https://target.test/',
      ...viaProxy,
      ...tls,
      expect: { contains: 'inside' },
    });
    const plain = await probe(http, { url: 'http://target.test/x?y=1', ...viaProxy, expect: { contains: 'plain' } });
    expect([tunnelled.judgement.message, plain.judgement.message]).toEqual([undefined, undefined]);
    expect(asked).toEqual(['CONNECT target.test:443 HTTP/1.1', 'GET http://target.test/x?y=1 HTTP/1.1']);
  });

  test('a proxy that refuses the tunnel says so', async () => {
    await using proxy = await httpTarget(answering(200));
    const { judgement } = await probe(http, { url: 'https://target.test/', proxy: `http://${proxy.at}` });
    expect(judgement.outcome).toBe('fail');
    expect(judgement.message).toContain('CONNECT target.test:443');
  });
});

describe('redirects', () => {
  /** Redirects /health to wherever `to` says; answers 200 anywhere else. */
  const redirecting =
    (to: (host: string) => string): RequestListener =>
    (request, response) => {
      if (request.url !== '/health') return void response.end('arrived');
      response.writeHead(302, { location: to(request.headers.host ?? '') }).end();
    };

  test('on the same host are followed', async () => {
    const { judgement, measured } = await probing(
      redirecting(() => '/elsewhere'),
      { expect: { contains: 'arrived' } },
    );
    expect(judgement.outcome).toBe('pass');
    expect(measured.attempts[0]?.redirects).toHaveLength(1);
  });

  test('to another host are not what was asked for', async () => {
    const { judgement } = await probing(redirecting(() => 'https://sso.example/login?next=secret-state'));
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'protocol.unexpected_redirect' });
    expect(judgement.message).toContain('https://sso.example/login');
    expect(judgement.message).not.toContain('secret-state');
  });

  test('to another host may be what was asked for', async () => {
    const { judgement } = await probing(
      redirecting(() => 'https://sso.example/login'),
      { expect: { status: 302, headers: { location: '/sso\\.example/' } } },
    );
    expect(judgement.outcome).toBe('pass');
  });

  test('to another host are followed where allowed, and credentials stay behind', async () => {
    const seen: (string | undefined)[] = [];
    await using other = await httpTarget((request, response) => {
      seen.push(request.headers.authorization);
      response.end('arrived');
    });
    const { judgement } = await probing(
      redirecting(() => `http://${other.at}/`),
      { follow: 'any', auth: { bearer: 'for-one-host-only' }, expect: { contains: 'arrived' } },
    );
    expect(judgement.outcome).toBe('pass');
    expect(seen).toEqual([undefined]);
  });

  test('never followed is never followed', async () => {
    const { judgement } = await probing(
      redirecting(() => '/elsewhere'),
      { follow: 'never' },
    );
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'protocol.unexpected_redirect' });
  });

  test('in a circle are a loop', async () => {
    const { judgement } = await probing(redirecting(() => '/health'));
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'http.redirect_loop' });
  });

  test('pass the guard at each hop', async () => {
    await using other = await httpTarget(answering(200));
    const { measured } = await probing(
      redirecting(() => `http://${other.at}/`),
      { follow: 'any' },
      {
        guard: (_address, port) =>
          port === other.port ? { allowed: false, reason: 'denied range' } : { allowed: true },
      },
    );
    expect(measured.ownFault).toMatchObject({ class: 'probe.misconfigured' });
    expect(other.accepted()).toBe(0);
  });
});

describe('each address of a name', () => {
  /** Two servers on one port of 127.0.0.1 and 127.0.0.2, and a name for both. */
  async function pair(first: RequestListener, second: RequestListener): Promise<[TargetServer, TargetServer]> {
    const one = await httpTarget(first);
    return [one, await httpTarget(second, undefined, '127.0.0.2', one.port)];
  }
  const names = { 'target.test': ['127.0.0.1', '127.0.0.2'] };

  test('that answers passes', async () => {
    const [one, two] = await pair(answering(200, 'same'), answering(200, 'same'));
    await using _one = one;
    await using _two = two;
    const fields = { url: `http://target.test:${one.port}/`, expect: { contains: 'same' } };
    const { judgement, measured } = await probe(http, fields, { names });
    expect(judgement.outcome).toBe('pass');
    expect(measured.facts['addresses']).toEqual(['127.0.0.1', '127.0.0.2']);
  });

  test.each<[string, number]>([
    ['first', 0],
    ['second', 1],
  ])('one bad backend does not hide behind a good one: the %s', async (_which, bad) => {
    const answers = [answering(200), answering(200)];
    answers[bad] = answering(503);
    const [one, two] = await pair(answers[0] ?? answering(200), answers[1] ?? answering(200));
    await using _one = one;
    await using _two = two;
    const { judgement } = await probe(http, { url: `http://target.test:${one.port}/` }, { names });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'connect.partial' });
    expect(judgement.message).toContain(`1 of 2 addresses fail: 127.0.0.${bad + 1} (http.5xx`);
  });

  test('that all fail give the class of the first', async () => {
    const [one, two] = await pair(answering(403), answering(503));
    await using _one = one;
    await using _two = two;
    const { judgement } = await probe(http, { url: `http://target.test:${one.port}/` }, { names });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'auth.forbidden' });
  });

  test('is not tried where one is enough', async () => {
    const [one, two] = await pair(answering(200), answering(503));
    await using _one = one;
    await using _two = two;
    const fields = { url: `http://target.test:${one.port}/`, addresses: 'one' };
    const { judgement } = await probe(http, fields, { names });
    expect(judgement.outcome).toBe('pass');
    expect(two.accepted()).toBe(0);
  });

  test('gets a connection, but what writes is sent once', async () => {
    const posts: string[] = [];
    const listening =
      (name: string): RequestListener =>
      (_request, response) => {
        posts.push(name);
        response.end();
      };
    const [one, two] = await pair(listening('one'), listening('two'));
    await using _one = one;
    await using _two = two;
    const fields = { url: `http://target.test:${one.port}/`, method: 'POST', json: {} };
    const { judgement } = await probe(http, fields, { names });
    expect(judgement.outcome).toBe('pass');
    expect([posts, two.accepted()]).toEqual([['one'], 1]);
  });

  test('that the guard denies is the monitor’s own fault, and is not connected to', async () => {
    await using server = await httpTarget(answering(200));
    const { measured } = await probe(
      http,
      { url: `http://${server.at}/` },
      { guard: () => ({ allowed: false, reason: 'outside 10.0.0.0/8' }) },
    );
    expect(measured.ownFault?.class).toBe('probe.misconfigured');
    expect(measured.ownFault?.message).toContain('outside 10.0.0.0/8');
    expect(server.accepted()).toBe(0);
  });
});

describe('over TLS', () => {
  const secure = (wishes: Parameters<typeof certificateFor>[0], answer = answering(200, 'ok')) => {
    const certificate = certificateFor(wishes);
    return httpTarget(answer, { cert: certificate.chain, key: certificate.key });
  };
  const trusted = { tls: { ca: certificateFor().ca } };

  test('a good certificate passes and leaves its facts', async () => {
    await using server = await secure({});
    const { judgement, measured } = await probe(http, { url: `https://${server.at}/`, ...trusted });
    expect([judgement.message, judgement.warnings]).toEqual([undefined, []]);
    expect(measured.facts).toMatchObject({
      spki: expect.stringMatching(/^sha256\/[A-Za-z0-9+/]{43}=$/),
      issuer: 'CN=Test CA',
      tlsVersion: 'TLSv1.3',
      notAfter: expect.any(String),
      serial: expect.any(String),
    });
    expect(measured.phases?.tls).toBeGreaterThan(0);
  });

  test.each<[string, Parameters<typeof certificateFor>[0], string]>([
    ['one that has ended', { notAfter: Date.now() - DAY_MS, notBefore: Date.now() - 9 * DAY_MS }, 'tls.expired'],
    ['one for another name', { names: ['other.test'] }, 'tls.name_mismatch'],
    ['one from another authority', { authority: 'Another CA' }, 'tls.untrusted'],
  ])('%s is refused, and the request is never sent', async (_rule, wishes, expected) => {
    let requests = 0;
    await using server = await secure(wishes, (_request, response) => {
      requests += 1;
      response.end();
    });
    const { judgement } = await probe(http, { url: `https://${server.at}/`, ...trusted });
    expect(judgement).toMatchObject({ outcome: 'fail', class: expected });
    expect(judgement.steps[0]).toMatchObject({ name: 'reach', outcome: 'fail' });
    expect(requests).toBe(0);
  });

  test('one that ends soon is a warning', async () => {
    await using server = await secure({ notAfter: Date.now() + 3 * DAY_MS });
    const { judgement } = await probe(http, { url: `https://${server.at}/`, ...trusted });
    expect(judgement.outcome).toBe('pass');
    expect(judgement.warnings).toMatchObject([{ class: 'tls.expiring' }]);
  });

  test('a server that speaks no TLS fails the handshake', async () => {
    await using server = await httpTarget(answering(200));
    const { judgement } = await probe(http, { url: `https://${server.at}/`, ...trusted });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'tls.handshake' });
  });

  test('a client certificate is shown where one is configured', async () => {
    const certificate = certificateFor();
    const names: string[] = [];
    await using server = await httpTarget(
      (request, response) => {
        const socket = request.socket as unknown as { getPeerCertificate(): { subject?: { CN: string } } };
        names.push(socket.getPeerCertificate().subject?.CN ?? 'nobody');
        response.end();
      },
      { cert: certificate.chain, key: certificate.key, requestCert: true, rejectUnauthorized: false },
    );
    const tls = { ca: certificate.ca, cert: certificate.cert, key: certificate.key };
    const { judgement } = await probe(http, { url: `https://${server.at}/`, tls });
    expect([judgement.message, names]).toEqual([undefined, ['target.test']]);
  });
});

describe('a server that does not finish', () => {
  test.each<[Hostility, string]>([
    ['silent', 'latency.timeout'],
    ['drips', 'latency.timeout'],
    ['slow header bomb', 'latency.timeout'],
    ['header bomb', 'protocol.too_large'],
    ['body bomb', 'protocol.too_large'],
    ['garbage', 'protocol.malformed'],
    ['resets', 'connect.reset'],
  ])('%s is %s', async (hostility, expected) => {
    await using server = await hostileServer(hostility);
    const fields = { url: `http://${server.at}/`, maxBytes: '64KiB' };
    const { judgement } = await probe(http, fields, { timeoutMs: 300 });
    expect(judgement).toMatchObject({ outcome: 'fail', class: expected });
  });

  test('in the handshake fails there', async () => {
    await using server = await hostileServer('silent');
    const { judgement } = await probe(http, { url: `https://${server.at}/` }, { timeoutMs: 300 });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'tls.handshake' });
  });

  test('by saying why with its status is believed before its endless body', async () => {
    await using server = await httpTarget((_request, response) => void response.writeHead(503).write('busy'));
    const { judgement } = await probe(http, { url: `http://${server.at}/` }, { timeoutMs: 300 });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'http.5xx' });
  });
});

describe('the configuration refuses', () => {
  test.each<[string, object, string]>([
    ['credentials in the URL', { url: 'https://a:b@c.example/' }, 'url'],
    ['another scheme', { url: 'ftp://c.example/' }, 'url'],
    ['a pattern with a back-reference', { url: 'http://a.example', expect: { matches: '(a)\\1' } }, 'expect.matches'],
    ['a path to many places', { url: 'http://a.example', expect: { json: { '$.a[*]': 1 } } }, 'expect.json.$.a[*]'],
    ['a body with GET', { url: 'http://a.example', body: 'x' }, 'body'],
    ['body and json', { url: 'http://a.example', method: 'POST', body: 'x', json: 1 }, 'json'],
    ['a header with a line break', { url: 'http://a.example', headers: { 'x-a': 'b\r\nc: d' } }, 'headers.x-a'],
    ['a status that is none', { url: 'http://a.example', expect: { status: 'ok' } }, 'expect.status'],
    ['a CA that is no certificate', { url: 'https://a.example', tls: { ca: 'nonsense' } }, 'tls.ca'],
    [
      'two ways to say who',
      { url: 'http://a.example', auth: { bearer: 'x', basic: { username: 'a', password: 'b' } } },
      'auth',
    ],
    ['an unknown field', { url: 'http://a.example', expects: {} }, ''],
    ['a proxy over https', { url: 'http://a.example', proxy: 'https://proxy.example' }, 'proxy'],
  ])('%s', (_rule, fields, path) => {
    const parsed = http.schema.safeParse(fields);
    expect(parsed.success).toBe(false);
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
  });
});

test('it is deep only where more than the status is judged', () => {
  const deep = (expectation: object) => http.deep(http.schema.parse({ url: 'http://a.example', expect: expectation }));
  expect([deep({ status: 200 }), deep({ contains: 'x' }), deep({ maxLatency: '1s' })]).toEqual([false, true, false]);
});
