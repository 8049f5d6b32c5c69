import { describe, expect, test } from 'vitest';
import type { ProbeKind } from '../../src/ports/probe-kind.ts';
import { PROBE_KINDS } from '../../src/probes/index.ts';
import { runContext } from '../probes/run-context.ts';
import { ECHOES, echoServer } from '../servers/echo-server.ts';

/** Holds what the forms it may come back in treat differently: `/`, `+`, `"`, `&` and a letter beyond ASCII where it may. */
const SECRET = 's3cr3t/+w0rd=&"x';
/** What may stand in a bearer token (RFC 6750). */
const TOKEN = 's3cr3t/t0ken+of~us-';

/** Every kind that sends a secret, with one. */
const TELLING: Readonly<Record<string, readonly ((at: string) => Record<string, unknown>)[]>> = {
  consul: [(at) => ({ url: `http://${at}`, token: TOKEN })],
  etcd: [(at) => ({ url: `http://${at}`, username: 'tocsin', password: SECRET })],
  flow: [(at) => ({ steps: [{ name: 'ask', url: `http://${at}/`, method: 'POST', headers: { 'x-key': TOKEN } }] })],
  http: [
    (at) => ({ url: `http://${at}/`, auth: { bearer: TOKEN } }),
    (at) => ({ url: `http://${at}/`, auth: { basic: { username: 'tocsin', password: SECRET } } }),
    (at) => ({ url: `http://${at}/`, headers: { authorization: TOKEN } }),
    (at) => ({
      url: `http://${at}/`,
      auth: { oauth2: { tokenUrl: `http://${at}/token`, clientId: 'tocsin', clientSecret: SECRET } },
    }),
  ],
  oci: [
    (at) => ({
      registry: `http://${at}`,
      repository: 'shop/web',
      reference: 'latest',
      username: 'robot',
      password: SECRET,
    }),
  ],
  prometheus: [(at) => ({ url: `http://${at}`, query: 'up', auth: { bearer: TOKEN } })],
  redis: [(at) => ({ url: `redis://:${encodeURIComponent(SECRET)}@${at}` })],
  websocket: [(at) => ({ url: `ws://${at}/`, headers: { authorization: TOKEN }, expect: { contains: 'ok' } })],
  'workers-kv': [(at) => ({ baseUrl: `http://${at}`, account: 'a', namespace: 'n', token: TOKEN })],
};

/** Any piece of a secret that is long enough to be one. */
function piecesOf(secret: string): readonly string[] {
  const forms = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll('/', '\\/'),
  ];
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.from('\0'.repeat(before) + secret).toString('base64');
    return text.slice(before === 0 ? 0 : 3, 15);
  });
  return [...forms.map((form) => form.slice(0, 8)), ...base64];
}

const cases = Object.entries(TELLING).flatMap(([name, tellings]) =>
  tellings.flatMap((options) =>
    ECHOES.flatMap((echo) => [200, 401, 500].map((status) => ({ name, options, echo, status }))),
  ),
);

describe('a secret that comes back is not kept', () => {
  test.each(cases)('by $name, $echo, with status $status', async ({ name, options, echo, status }) => {
    const kind = PROBE_KINDS.find((one) => one.name === name) as ProbeKind;
    await using server = await echoServer(echo, status);
    const parsed = kind.schema.parse(options(server.at));
    const measured = await kind.run(parsed, runContext({ timeoutMs: 1_000 }));
    expect(server.accepted()).toBeGreaterThan(0);
    const kept = JSON.stringify({ measured, judged: kind.judge(measured, parsed) });
    for (const piece of [...piecesOf(SECRET), ...piecesOf(TOKEN)]) {
      expect(kept).not.toContain(piece);
      expect(kept).not.toContain(JSON.stringify(piece).slice(1, -1));
    }
  });
});
