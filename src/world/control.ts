import { controlPage } from './control-page.ts';
import { html, json, startLoopbackServer } from './loopback-server.ts';
import type { LoopbackServer, Reply, Request } from './loopback-server.ts';
import { member, parseJson } from './read-json.ts';
import type { WorldSwitch } from './switches.ts';
import { FIXED_PORTS } from './world-ports.ts';

export interface ControlOptions {
  readonly switches: readonly WorldSwitch[];
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: `FIXED_PORTS.control`. */
  readonly port?: number;
  /** Where the daemon that watches this world shows itself, for a link. */
  readonly watchedAt?: string;
}

/**
 * Starts the control page of a world. `GET /` shows the switches with buttons that need no script.
 * `GET /switches`, `GET /switches/:id` and `POST /switches/:id` with `{"active": true | false}` do the same
 * in JSON. A page of another site may not press a button: its browser names it in `Origin`, and a name
 * rebound to loopback shows in `Host`.
 */
export function startControl(options: ControlOptions): Promise<LoopbackServer> {
  const { switches, host = '127.0.0.1', port = FIXED_PORTS.control } = options;
  return startLoopbackServer({
    name: 'the control page',
    host,
    port,
    handler: (request) => answer(request, switches, options.watchedAt),
  });
}

const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;
const HTML_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;

async function answer(
  request: Request,
  switches: readonly WorldSwitch[],
  watchedAt: string | undefined,
): Promise<Reply> {
  const { method, path, headers } = request;
  const host = headers.host ?? '';
  if (!LOOPBACK_HOST.test(host)) return json(421, { error: `this page is for loopback, not for ${host}` });
  if (method === 'POST' && !sameOrigin(request, host))
    return json(403, { error: 'only this page itself, or a program, may turn a switch' });
  if (method === 'GET' && path === '/') return html(200, controlPage(switches, watchedAt), HTML_HEADERS);
  if (method === 'GET' && path === '/switches') return json(200, { items: switches.map(shown) });
  const id = /^\/switches\/([a-z0-9-]+)$/.exec(path)?.[1];
  const one = switches.find((candidate) => candidate.id === id);
  if (one === undefined) return json(404, { error: `no ${path}` });
  if (method === 'GET') return json(200, shown(one));
  if (method !== 'POST') return json(405, { error: `no ${method} for a switch` }, { allow: 'GET, POST' });
  return turn(request, one);
}

/** A program sends no `Origin`; a browser always does with a POST from another site. */
function sameOrigin({ headers }: Request, host: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  return headers.origin === undefined || headers.origin === `http://${host}`;
}

/** From a form the browser goes back to the page; from a program the switch comes back. */
async function turn({ headers, body }: Request, one: WorldSwitch): Promise<Reply> {
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  const active = isForm
    ? new URLSearchParams(body.toString('utf8')).get('active') === 'true'
    : member(parseJson(body), 'active');
  if (typeof active !== 'boolean') return json(400, { error: 'the body is not {"active": true} or {"active": false}' });
  await (active ? one.on() : one.off());
  if (isForm) return { kind: 'answer', status: 303, headers: { location: '/' } };
  return json(200, shown(one));
}

function shown({
  id,
  title,
  describe,
  active,
}: WorldSwitch): Pick<WorldSwitch, 'id' | 'title' | 'describe' | 'active'> {
  return { id, title, describe, active };
}
