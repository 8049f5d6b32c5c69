import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { flow } from '../../src/probes/flow.ts';
import { certificateFor } from '../servers/certificates.ts';
import { httpTarget } from '../servers/target-server.ts';
import { probe, runContext, type ContextWishes } from './run-context.ts';

/** What a server was asked. */
interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
type Route = (asked: Asked, response: ServerResponse) => void;

/** Answers by `METHOD /path`, without the query; keeps what it was asked. */
function routes(table: Readonly<Record<string, Route>>) {
  const asked: Asked[] = [];
  const answer: RequestListener = (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
      asked.push(one);
      const route = table[`${one.method} ${one.url.split('?')[0]}`];
      if (route === undefined) response.writeHead(404).end();
      else route(one, response);
    });
  };
  return { asked, answer };
}

const json =
  (value: unknown, status = 200): Route =>
  (_asked, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

async function walking(
  table: Readonly<Record<string, Route>>,
  fields: (base: string) => object,
  wishes: ContextWishes = {},
) {
  const { asked, answer } = routes(table);
  await using server = await httpTarget(answer);
  const outcome = await probe(flow, fields(`http://${server.at}`), wishes);
  return { ...outcome, asked };
}

const signAndVerify = (base: string) => ({
  steps: [
    { name: 'login', method: 'POST', url: `${base}/login`, json: {}, capture: { token: 'json.token' } },
    {
      name: 'sign',
      proves: ['sign'],
      method: 'POST',
      url: `${base}/sign`,
      headers: { authorization: 'Bearer ${login.token}' },
      json: { digest: 'sha256:1' },
      capture: { sig: 'json.signature' },
    },
    {
      name: 'verify',
      proves: ['verify'],
      url: `${base}/verify?sig=\${sign.sig}`,
      expect: { json: { '$.valid': true, '$.of': '${sign.sig}' } },
    },
  ],
});

const SIGNATURE = 'MEU+/=&?# "quoted"';

const signing: Readonly<Record<string, Route>> = {
  'POST /login': json({ token: 'tok-1234567' }),
  'POST /sign': json({ signature: SIGNATURE }),
  'GET /verify': ({ url }, response) =>
    void response.end(JSON.stringify({ valid: true, of: new URL(url, 'http://x').searchParams.get('sig') })),
};

describe('a flow whose every step is right', () => {
  test('passes, and each step proves what it names', async () => {
    const { judgement, asked } = await walking(signing, signAndVerify);
    expect([judgement.message, judgement.outcome]).toEqual([undefined, 'pass']);
    expect(judgement.steps.map(({ name, kind, outcome, proves }) => [name, kind, outcome, proves])).toEqual([
      ['login', 'reach', 'pass', undefined],
      ['sign', 'write', 'pass', ['sign']],
      ['verify', 'read', 'pass', ['verify']],
    ]);
    expect(asked[1]?.headers.authorization).toBe('Bearer tok-1234567');
    expect(asked[2]?.url).toBe(`/verify?sig=${encodeURIComponent(SIGNATURE)}`);
  });

  test('keeps nothing of what it captured, unless it is revealed', async () => {
    const { judgement, measured } = await walking(signing, signAndVerify);
    const kept = JSON.stringify([measured, judgement]);
    expect(kept).not.toContain('tok-1234567');
    expect(kept).not.toContain('MEU+');
    expect(kept).not.toContain(encodeURIComponent(SIGNATURE));
    const revealing = await walking(signing, (base) => {
      const [login, sign, verify] = signAndVerify(base).steps;
      return { steps: [login, { ...sign, reveal: ['sig'] }, verify] };
    });
    expect(revealing.measured.steps[1]?.captures).toEqual({ sig: { kind: 'captured', shown: SIGNATURE } });
  });

  test('shows assertions what each step saw', async () => {
    const { judgement } = await walking(signing, signAndVerify);
    expect(judgement.variables?.['steps']).toMatchObject({
      login: { status: 200, json: { token: '<secret>' } },
      verify: { status: 200, json: { valid: true } },
    });
  });

  test('makes a connection of its own for each step', async () => {
    const { answer } = routes(signing);
    await using server = await httpTarget(answer);
    await probe(flow, signAndVerify(`http://${server.at}`));
    expect(server.accepted()).toBe(3);
  });
});

describe('a step that fails', () => {
  test.each<[string, Record<string, Route>, string, string, (string[] | undefined)[]]>([
    ['by its status', { 'POST /sign': json({}, 503) }, 'http.5xx', 'sign', [undefined, ['sign'], ['verify']]],
    ['by a refusal', { 'POST /login': json({}, 401) }, 'auth.unauthorized', 'login', [undefined, ['sign'], ['verify']]],
    [
      'by what it answers',
      { 'GET /verify': json({ valid: false, of: SIGNATURE }) },
      'semantic.wrong_value',
      'verify',
      [undefined, ['sign'], ['verify']],
    ],
    [
      'by another value than the one captured',
      { 'GET /verify': json({ valid: true, of: 'other' }) },
      'semantic.wrong_value',
      'verify',
      [undefined, ['sign'], ['verify']],
    ],
    [
      'by having nothing to capture',
      { 'POST /sign': json({ sig: 1 }) },
      'semantic.missing',
      'sign',
      [undefined, ['sign'], ['verify']],
    ],
    [
      'by a web page where there is something to capture',
      { 'POST /sign': (_asked, response) => void response.end('<html>soon</html>') },
      'protocol.malformed',
      'sign',
      [undefined, ['sign'], ['verify']],
    ],
  ])('%s decides, and those after it are skipped', async (_how, broken, expected, at, proves) => {
    const { judgement } = await walking({ ...signing, ...broken }, signAndVerify);
    expect(judgement).toMatchObject({ outcome: 'fail', class: expected });
    expect(judgement.message).toMatch(new RegExp(`^step ${at}: `));
    const failing = judgement.steps.findIndex((step) => step.outcome === 'fail');
    expect(judgement.steps[failing]?.name).toBe(at);
    expect(judgement.steps.slice(failing + 1).every((step) => step.outcome === 'skipped')).toBe(true);
    expect(judgement.steps.map((step) => step.proves)).toEqual(proves);
  });

  test('is not followed by the next request', async () => {
    const { asked } = await walking({ ...signing, 'POST /sign': json({}, 500) }, signAndVerify);
    expect(asked.map(({ url }) => url)).toEqual(['/login', '/sign']);
  });

  test('by a redirect to another host says so, whichever step it is', async () => {
    const { judgement } = await walking(
      {
        ...signing,
        'GET /verify': (_asked, response) =>
          void response.writeHead(302, { location: 'https://sso.example/login' }).end(),
      },
      signAndVerify,
    );
    expect(judgement).toMatchObject({ class: 'protocol.unexpected_redirect' });
    expect(judgement.message).toContain('step verify');
  });

  test('because its address is denied is the monitor’s own fault, and nobody is connected to', async () => {
    await using other = await httpTarget((_request, response) => void response.end());
    const { measured } = await walking(
      signing,
      (base) => ({ steps: [signAndVerify(base).steps[0], { name: 'inside', url: `http://${other.at}/` }] }),
      { guard: (_address, port) => (port === other.port ? { allowed: false, reason: 'denied' } : { allowed: true }) },
    );
    expect(measured.ownFault).toMatchObject({ class: 'probe.misconfigured' });
    expect(measured.ownFault?.message).toContain('step inside');
    expect(other.accepted()).toBe(0);
  });

  test('judged again under other expectations needs no other run', async () => {
    const { measured } = await walking(signing, signAndVerify);
    const [login, sign] = signAndVerify('http://a.example').steps;
    const stricter = flow.schema.parse({ steps: [{ ...login, expect: { status: 201 } }, sign] });
    expect(flow.judge(measured, stricter)).toMatchObject({ outcome: 'fail', class: 'semantic.wrong_value' });
    const longer = flow.schema.parse({ steps: [login, sign, { name: 'more', url: 'http://a.example/' }] });
    expect(flow.judge(measured, longer)).toMatchObject({ outcome: 'fail', class: 'semantic.unevaluable' });
  });
});

describe('what was captured is encoded for where it stands', () => {
  const value = 'a/b?c="d"&e\\f %';
  const capturing = (base: string, second: object) => ({
    steps: [
      { name: 'first', url: `${base}/first`, capture: { it: 'json.it' } },
      { name: 'second', method: 'POST', url: `${base}/second`, ...second },
    ],
  });
  const table = { 'GET /first': json({ it: value }), 'POST /second': json({}) };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  test.each<[string, object, string]>([
    ['in JSON as a string', { json: { a: ['${first.it}'] } }, JSON.stringify({ a: [value] })],
    [
      'in a body of JSON as part of a string',
      { body: '{"a":"${first.it}"}', headers: { 'content-type': 'application/json' } },
      JSON.stringify({ a: value }),
    ],
    ['in a form as a component', { body: 'a=${first.it}', headers: form }, `a=${encodeURIComponent(value)}`],
    ['in any other body as it is', { body: '<${first.it}>' }, `<${value}>`],
  ])('%s', async (_where, second, body) => {
    const { asked, judgement } = await walking(table, (base) => capturing(base, second));
    expect([judgement.message, asked[1]?.body]).toEqual([undefined, body]);
  });

  test('in credentials raw', async () => {
    const { asked } = await walking(table, (base) =>
      capturing(base, { json: {}, auth: { basic: { username: 'me', password: '${first.it}' } } }),
    );
    const basic = Buffer.from(`me:${value}`).toString('base64');
    expect(asked[1]?.headers.authorization).toBe(`Basic ${basic}`);
  });

  test('in a pattern as text', async () => {
    const echo: Route = ({ body }, response) => void response.end(body);
    const { judgement } = await walking({ ...table, 'POST /second': echo }, (base) =>
      capturing(base, { body: '<${first.it}>', expect: { matches: '^<${first.it}>$', contains: '${first.it}' } }),
    );
    expect(judgement.message).toBeUndefined();
  });

  test.each<[string, string, object]>([
    ['line breaks in a header', 'a\r\nx-injected: 1', { json: {}, headers: { 'x-it': '${first.it}' } }],
    ['line breaks in a bearer token', 'a\r\nx-injected: 1', { json: {}, auth: { bearer: '${first.it}' } }],
    ['a step up in a path', '..', { json: {}, url: 'http://127.0.0.1:1/safe/${first.it}/x' }],
    ['half a character in a URL', '\ud800', { json: {}, url: 'http://127.0.0.1:1/${first.it}' }],
  ])('and refused where it would change the request: %s', async (_what, it, second) => {
    const { judgement, asked } = await walking({ ...table, 'GET /first': json({ it }) }, (base) =>
      capturing(base, second),
    );
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'protocol.malformed' });
    expect(judgement.message).toContain('${first.it} cannot stand in');
    expect(asked).toHaveLength(1);
  });

  test('a number stays one where it is expected, and a header or a cookie can be captured too', async () => {
    const { judgement, asked } = await walking(
      {
        'GET /first': (_asked, response) =>
          void response
            .writeHead(200, { 'set-cookie': ['other=1', 'sid=abc123; HttpOnly'], 'x-place': '/items/7' })
            .end('{"id":1234567}'),
        'POST /second': json({ id: 1_234_567, count: 1_234_567 }),
      },
      (base) => ({
        steps: [
          {
            name: 'first',
            url: `${base}/first`,
            capture: { id: 'json.id', sid: 'cookies.sid', place: 'headers.X-Place' },
          },
          {
            name: 'second',
            method: 'POST',
            url: `${base}/second?at=\${first.place}`,
            headers: { cookie: 'sid=${first.sid}' },
            expect: { json: { '$.id': '${first.id}', '$.count': 1_234_567 } },
          },
        ],
      }),
    );
    expect(judgement.message).toBeUndefined();
    expect(asked[1]).toMatchObject({ url: '/second?at=%2Fitems%2F7', headers: { cookie: 'sid=abc123' } });
  });
});

describe('the cleanup', () => {
  const creating = (base: string) => ({
    steps: [
      { name: 'create', method: 'POST', url: `${base}/items`, json: {}, capture: { id: 'json.id' }, reveal: ['id'] },
      { name: 'read', url: `${base}/item` },
    ],
    cleanup: [
      { name: 'delete', method: 'DELETE', url: `${base}/items?id=\${create.id}` },
      { name: 'forget', method: 'DELETE', url: `${base}/nonce?is=\${run.nonce}` },
    ],
  });
  const table: Readonly<Record<string, Route>> = {
    'POST /items': json({ id: 'item-1' }, 201),
    'GET /item': json({}),
    'DELETE /items': json({}),
    'DELETE /nonce': json({}),
  };

  test('runs after the last step, and each run has a nonce of its own', async () => {
    const one = await walking(table, creating);
    const two = await walking(table, creating);
    expect([one.judgement.outcome, one.judgement.warnings]).toEqual(['pass', []]);
    expect(one.asked.map(({ method, url }) => `${method} ${url}`).slice(2)).toEqual([
      'DELETE /items?id=item-1',
      expect.stringMatching(/^DELETE \/nonce\?is=[0-9a-f]{16}$/),
    ]);
    expect(one.asked[3]?.url).not.toBe(two.asked[3]?.url);
  });

  test('runs after a step that failed, even where that step’s own answer was not the right one', async () => {
    const { asked, judgement } = await walking({ ...table, 'POST /items': json({ id: 'item-1' }, 500) }, creating);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'http.5xx' });
    expect(asked.map(({ method }) => method)).toEqual(['POST', 'DELETE', 'DELETE']);
  });

  test('runs after the deadline of the steps, within that of the run', async () => {
    const { asked, judgement } = await walking({ ...table, 'GET /item': () => undefined }, creating, {
      timeoutMs: 400,
    });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'latency.timeout' });
    expect(asked.map(({ method }) => method)).toEqual(['POST', 'GET', 'DELETE', 'DELETE']);
  });

  test('runs when the monitor calls the run off', async () => {
    const controller = new AbortController();
    const { asked, measured } = await walking(
      { ...table, 'GET /item': () => controller.abort(new Error('the daemon stops')) },
      creating,
      { signal: controller.signal },
    );
    expect(measured.ownFault?.class).toBe('probe.resources');
    expect(asked.map(({ method }) => method)).toEqual(['POST', 'GET', 'DELETE', 'DELETE']);
  });

  test('leaves out what it has nothing to clean up with', async () => {
    const { asked } = await walking({ ...table, 'POST /items': json({}, 500) }, creating);
    expect(asked.map(({ url }) => url.split('?')[0])).toEqual(['/items', '/nonce']);
  });

  test('does not run where no request went out', async () => {
    const { measured } = await walking(table, creating, { guard: () => ({ allowed: false, reason: 'denied' }) });
    expect(measured.cleanup).toEqual([]);
  });

  test('that fails is a warning, and the next of it runs all the same', async () => {
    const { asked, judgement } = await walking({ ...table, 'DELETE /items': json({}, 403) }, creating);
    expect(judgement.outcome).toBe('pass');
    expect(judgement.warnings).toMatchObject([{ class: 'auth.forbidden' }]);
    expect(judgement.warnings[0]?.message).toMatch(/^cleanup: step delete: /);
    expect(asked).toHaveLength(4);
  });

  test('that hangs leaves time for the next of it', async () => {
    const { asked, judgement } = await walking({ ...table, 'DELETE /items': () => undefined }, creating, {
      timeoutMs: 400,
    });
    expect(judgement.outcome).toBe('pass');
    expect(judgement.warnings).toMatchObject([{ class: 'latency.timeout' }]);
    expect(asked.at(-1)?.url).toContain('/nonce');
  });
});

test('TLS, name server and family of the flow hold for each step that does not say otherwise', async () => {
  const certificate = certificateFor();
  await using server = await httpTarget((_request, response) => void response.end('ok'), {
    cert: certificate.chain,
    key: certificate.key,
  });
  const url = `https://${server.at}/`;
  const wrong = certificateFor({ authority: 'Another CA' }).ca;
  const trusting = await probe(flow, { tls: { ca: certificate.ca }, steps: [{ name: 'ask', url }] });
  expect(trusting.judgement.message).toBeUndefined();
  expect(trusting.measured.facts).toMatchObject({ issuer: 'CN=Test CA', addresses: ['127.0.0.1'] });
  const doubting = await probe(flow, {
    tls: { ca: certificate.ca },
    steps: [{ name: 'ask', url, tls: { ca: wrong } }],
  });
  expect(doubting.judgement).toMatchObject({ outcome: 'fail', class: 'tls.untrusted' });
});

describe('the configuration refuses', () => {
  const first = { name: 'first', url: 'http://a.example/', capture: { it: 'json.it' } };
  test.each<[string, object, string]>([
    [
      'a reference to a step that comes later',
      { steps: [{ name: 'a', url: 'http://a.example/${first.it}' }, first] },
      'steps.0.url',
    ],
    [
      'a reference to what nobody captures',
      { steps: [first, { name: 'b', url: 'http://a.example/${first.no}' }] },
      'steps.1.url',
    ],
    ['a reference in a secret', { steps: [{ ...first, auth: { bearer: '${who.it}' } }] }, 'steps.0.auth.bearer'],
    ['a reference in the host', { steps: [first, { name: 'b', url: 'http://${first.it}.example/' }] }, 'steps.1.url'],
    [
      'a reference where the place is ours',
      { steps: [first, { name: 'b', url: 'http://a.example', expect: { headers: { 'x-a': '${first.it}' } } }] },
      'steps.1.expect.headers.x-a',
    ],
    ['two steps of one name', { steps: [first, first] }, 'steps.1.name'],
    ['a step called as the run', { steps: [{ ...first, name: 'run' }] }, 'steps.0.name'],
    ['a capture from nowhere', { steps: [{ ...first, capture: { it: 'body.it' } }] }, 'steps.0.capture.it'],
    ['a reveal of what is not captured', { steps: [{ ...first, reveal: ['other'] }] }, 'steps.0.reveal.0'],
    ['a body with GET', { steps: [{ ...first, json: {} }] }, 'steps.0.json'],
    [
      'a cleanup that proves',
      { steps: [first], cleanup: [{ name: 'c', url: 'http://a.example', proves: ['up'] }] },
      'cleanup.0',
    ],
  ])('%s', (_rule, fields, path) => {
    const issues = flow.schema.safeParse(fields).error?.issues ?? [];
    expect(issues.map((issue) => issue.path.join('.'))).toContain(path);
  });
});

test('it is deep where each step that proves something writes or looks into what came back', () => {
  const deep = (...steps: object[]) => flow.deep(flow.schema.parse({ steps }));
  const url = 'http://a.example/';
  const looking = { name: 'a', url, expect: { contains: 'x' } };
  expect(deep({ name: 'a', url })).toBe(false);
  expect(deep(looking, { name: 'b', url })).toBe(true);
  expect(deep({ ...looking, proves: ['a'] }, { name: 'b', url, proves: ['b'] })).toBe(false);
  expect(deep({ name: 'a', url, method: 'DELETE', proves: ['a'] })).toBe(true);
});

test('what a run leaves behind survives the log', async () => {
  const { answer } = routes(signing);
  await using server = await httpTarget(answer);
  const options = flow.schema.parse(signAndVerify(`http://${server.at}`));
  const measured = await flow.run(options, runContext());
  const again = JSON.parse(JSON.stringify(measured)) as typeof measured;
  expect(flow.judge(again, options)).toEqual(flow.judge(measured, options));
});
