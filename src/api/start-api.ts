import type { ProbeId } from '../model/ids.ts';
import type { Secret } from '../model/secret.ts';
import type { DaemonView } from '../ports/daemon-view.ts';
import type { Auth } from '../ports/loaded.ts';
import type { DaemonListener } from '../ports/telemetry.ts';
import { ApiError } from './api-error.ts';
import { createGuard } from './guard.ts';
import type { Guard } from './guard.ts';
import { isLoopback } from './host-names.ts';
import { createLiveFeed } from './live-feed.ts';
import type { LiveFeed } from './live-feed.ts';
import { openApi } from './open-api.ts';
import type { ApiContext, KnownFindings, PastQuestions } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { createServer } from './server.ts';
import { createSessions } from './sessions.ts';
import type { Sessions } from './sessions.ts';

/** How long requests under way may take to end when the API is closed. */
const CLOSE_MS = 2000;

/** Everything that the API is made of. */
export interface ApiParts {
  readonly view: DaemonView;
  readonly past: PastQuestions;
  readonly auth: Auth;
  readonly listen: { readonly host: string; readonly port: number };
  readonly publicUrl?: string;
  readonly version: string;
  /** The token made in the data folder: an operator's, and good only where no tokens are configured. */
  readonly writeToken?: Secret;
  /** One scrape; absent where metrics are switched off. */
  readonly metrics?: () => Promise<{ readonly contentType: string; readonly body: Uint8Array | string }>;
  /** Findings about the running configuration. */
  readonly findings?: () => KnownFindings;
  /** The token of one heartbeat (`token` of its probe), accepted for that heartbeat beside a reporter's. */
  readonly heartbeatToken?: (probe: ProbeId) => Secret | undefined;
  /** How much one address may ask; default: 6000. */
  readonly requestsPerMinute?: number;
  /** Hears of what broke while answering. */
  readonly listener?: DaemonListener;
  readonly wall: () => number;
}

/** The API at work. Disposing lets requests under way end, for two seconds. */
export interface Api extends AsyncDisposable {
  /** Where it is reached from this machine, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Takes effect with the next request; a reload calls it. `publicUrl` is kept where it is left out. */
  readonly setAuth: (auth: Auth, publicUrl?: string) => void;
}

/** Opens the API and the page. Rejects with `ApiError` where the address cannot be listened on. */
export async function startApi(parts: ApiParts): Promise<Api> {
  const { listen, listener, requestsPerMinute } = parts;
  const broke = (where: string, error: Error): void =>
    listener?.({ kind: 'problem', where: `api ${where}`, message: error.message });
  const sessions = createSessions(`tocsin-session-${listen.port}`, parts.wall);
  const live = createLiveFeed(parts.view, parts.wall, (error) => broke('events', error));
  let guard = guardOf(parts, sessions);
  const server = await createServer({
    context: contextOf(parts, live, {
      open: (token) => guard.signIn(token),
      close: sessions.close,
    }),
    guard: () => guard,
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    broke,
  });
  try {
    await server.listen({ host: listen.host, port: listen.port });
  } catch (cause) {
    await server.close();
    throw notListening(listen, cause);
  }
  const address = server.server.address();
  const port = typeof address === 'object' ? (address?.port ?? listen.port) : listen.port;
  return {
    url: `http://${reachable(listen.host)}:${port}`,
    port,
    setAuth: (auth, publicUrl = parts.publicUrl) => {
      guard = guardOf({ ...parts, auth, ...(publicUrl === undefined ? {} : { publicUrl }) }, sessions);
    },
    [Symbol.asyncDispose]: async () => {
      live[Symbol.dispose]();
      const impatient = setTimeout(() => server.server.closeAllConnections(), CLOSE_MS);
      try {
        await server.close();
      } finally {
        clearTimeout(impatient);
      }
    },
  };
}

function guardOf({ auth, publicUrl, writeToken, listen }: ApiParts, sessions: Sessions): Guard {
  return createGuard({
    auth,
    sessions,
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(writeToken === undefined ? {} : { writeToken }),
    loopbackOnly: isLoopback(listen.host),
  });
}

function contextOf(
  { view, past, findings, metrics, heartbeatToken, version, publicUrl, wall }: ApiParts,
  live: LiveFeed,
  signIn: ApiContext['signIn'],
): ApiContext {
  const document = openApi(OPERATIONS, { version, ...(publicUrl === undefined ? {} : { publicUrl }) });
  return {
    view,
    past,
    live,
    signIn,
    findings: findings ?? (() => ({ findings: [], accepted: [] })),
    ...(metrics === undefined ? {} : { metrics }),
    heartbeatToken: heartbeatToken ?? (() => undefined),
    version,
    document: () => document,
    wall,
  };
}

function notListening({ host, port }: ApiParts['listen'], cause: unknown): ApiError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE')
    return new ApiError('in-use', `listened on ${host}:${port}: another program listens there`, { cause });
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ApiError('listen', `listened on ${host}:${port}: ${reason}`, { cause });
}

/** A host that can be connected to, for one that is listened on. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
