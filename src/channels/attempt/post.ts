import { Client } from 'undici';

/** One request. `ca` is PEM text that replaces the system's authorities for this address. */
export interface Post {
  /** Default: POST. */
  readonly method?: 'GET';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly ca?: string | undefined;
  readonly signal: AbortSignal;
  /** How much of a 2xx's body to read; 0 unless the service says in it what became of the message. */
  readonly answerBytes?: number;
}

/** What came back: an answer's head (and, unless it is a 2xx, the beginning of its body), or nothing. */
export type Answer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly retryAfter: string | undefined;
      readonly location: string | undefined;
      readonly excerpt: string;
    }
  | { readonly kind: 'silent'; readonly why: string };

const CONNECT_TIMEOUT_MS = 10_000;
/** A belt beside the signal: no service may keep an attempt open longer, whatever it was given. */
const ANSWER_TIMEOUT_MS = 60_000;
const EXCERPT_BYTES = 2048;
const EXCERPT_TIMEOUT_MS = 2000;
const BODY_TIMEOUT_MS = 8000;

/**
 * Posts once over a connection of its own, follows no redirect, and reads no more than it needs: a 2xx counts
 * as soon as its head is there, whatever its body does afterwards. Never throws.
 */
export async function post(request: Post): Promise<Answer> {
  const { method = 'POST', url, headers, body, ca, signal, answerBytes = 0 } = request;
  const { origin, pathname, search } = new URL(url);
  const client = new Client(origin, {
    allowH2: false,
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: BODY_TIMEOUT_MS,
    connect: { timeout: CONNECT_TIMEOUT_MS, maxCachedSessions: 0, ...(ca === undefined ? {} : { ca }) },
  });
  try {
    const answer = await client.request({
      method,
      path: pathname + search,
      headers,
      ...(body === undefined ? {} : { body }),
      signal,
    });
    const { statusCode: status } = answer;
    answer.body.on('error', () => {
      // The client is destroyed below while a body may still be arriving; the head has already decided.
    });
    return {
      kind: 'answered',
      status,
      retryAfter: single(answer.headers['retry-after']),
      location: single(answer.headers['location']),
      excerpt: await excerpt(status, answer.body, answerBytes),
    };
  } catch (error) {
    return { kind: 'silent', why: signal.aborted ? 'no answer before the deadline' : codeOf(error) };
  } finally {
    // The reason is handed to requests still open; there is none that anybody waits for.
    client.destroy().catch(() => undefined);
  }
}

/** The code of an error as undici, Node and OpenSSL give it; texts may hold what must not be shown. */
function codeOf(error: unknown): string {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1)
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return error instanceof Error ? error.name : 'an unknown error';
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/** An error's words are welcome but hardly waited for; of a 2xx no more than was asked for. */
async function excerpt(status: number, body: AsyncIterable<Buffer>, answerBytes: number): Promise<string> {
  if (status < 200 || status >= 300)
    return beginning(body, { bytes: Math.max(EXCERPT_BYTES, answerBytes), patienceMs: EXCERPT_TIMEOUT_MS });
  return answerBytes === 0 ? '' : beginning(body, { bytes: answerBytes, patienceMs: BODY_TIMEOUT_MS });
}

/** The first bytes of a body, given up on after a while. */
async function beginning(
  body: AsyncIterable<Buffer>,
  { bytes: wanted, patienceMs }: { bytes: number; patienceMs: number },
): Promise<string> {
  const chunks: Buffer[] = [];
  const reading = (async () => {
    let bytes = 0;
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (bytes >= wanted) return;
    }
  })().catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([reading, patience]);
  clearTimeout(timer);
  return Buffer.concat(chunks).subarray(0, wanted).toString('utf8');
}
