import { setTimeout as pause } from 'node:timers/promises';
import type { Phases } from '../../model/run.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { elapsed } from '../net/connection.ts';
import { httpExchange, type HttpExchange } from '../net/http-exchange.ts';
import { maskForBody, type Mask } from '../net/mask.ts';
import type { TlsConnectionFacts } from '../net/tls-facts.ts';
import type { TlsFields } from '../net/tls-trust.ts';
import { shownUrl } from '../net/urls.ts';
import { retryAfterMs } from '../net/retry-after.ts';
import type { Session } from './converse.ts';
import type { Answer } from './question.ts';

/** The most that is read, and kept, of one answer. */
const MAX_BODY_BYTES = 16 * 1024;
/** A `retry-after` is waited for only as long as this part of the run's time has not passed then. */
const WAIT_SHARE = 0.5;

/** A request, below the base URL. */
export interface HttpAsked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Percent-encoded, with its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer to one request, as it came. */
export interface HttpAnswer extends Answer {
  /** Method, URL without query, and address. */
  readonly request: string;
  readonly status?: number;
  readonly contentType?: string;
  /** Where a redirect points. */
  readonly location?: string;
  readonly retryAfter?: string;
  readonly body: string;
}

/** Whom to ask by HTTP. */
export interface HttpTarget {
  /** Base URL without a slash at its end. */
  readonly url: string;
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsFields;
  readonly mask: Mask;
}

/** Requests to one address, each on a fresh connection; redirects are answers. */
export function httpSession(target: HttpTarget, context: RunContext): Session<HttpAsked, HttpAnswer> {
  return new HttpSession(target, context);
}

class HttpSession implements Session<HttpAsked, HttpAnswer> {
  readonly #target: HttpTarget;
  readonly #context: RunContext;
  readonly #began: number;
  #first: HttpExchange | undefined;

  constructor(target: HttpTarget, context: RunContext) {
    this.#target = target;
    this.#context = context;
    this.#began = context.monotonic();
  }

  get phases(): Phases {
    return this.#first?.phases ?? {};
  }

  get tls(): TlsConnectionFacts | undefined {
    return this.#first?.tls;
  }

  readonly ask = async (asked: HttpAsked): Promise<HttpAnswer> => {
    const { restUntil = -Infinity } = this.#context;
    if (this.#now() < restUntil) return this.#notAsked(asked, restUntil);
    const answer = await this.#once(asked);
    const waitMs = answer.status === 429 ? retryAfterMs(answer.retryAfter, this.#now()) : undefined;
    if (waitMs === undefined) return answer;
    if (await this.#waited(waitMs)) return this.#once(asked);
    this.#context.rest?.(this.#now() + waitMs);
    return answer;
  };

  readonly masked = (answer: HttpAnswer): HttpAnswer => {
    const { mask } = this.#target;
    const cut = answer.body.length < MAX_BODY_BYTES ? answer : { stopped: {} };
    return {
      ...answer,
      body: maskForBody(mask, cut).json(answer.body),
      ...(answer.location !== undefined && { location: mask.text(answer.location) }),
      ...(answer.contentType !== undefined && { contentType: mask.text(answer.contentType) }),
      ...(answer.retryAfter !== undefined && { retryAfter: mask.text(answer.retryAfter) }),
      ...(answer.stopped !== undefined && {
        stopped: { ...answer.stopped, message: mask.text(answer.stopped.message) },
      }),
    };
  };

  readonly close = (): void => undefined;

  async #once({ method = 'GET', path, headers, body }: HttpAsked): Promise<HttpAnswer> {
    const { url: base, address, headers: always, tls } = this.#target;
    const began = this.#context.monotonic();
    const url = `${base}${path}`;
    const exchange = await httpExchange(
      {
        url,
        method,
        headers: { ...always, ...headers },
        body,
        address,
        tls,
        follow: 'never',
        maxBytes: MAX_BODY_BYTES,
      },
      this.#context,
    );
    this.#first ??= exchange;
    const stopped = hasSaidNo(exchange) ? undefined : exchange.stopped;
    return {
      request: `${method} ${shownUrl(url)} at ${address}`,
      ms: elapsed(this.#context, began),
      ...(exchange.status !== undefined && { status: exchange.status }),
      ...headerOf(exchange, 'content-type', 'contentType'),
      ...headerOf(exchange, 'location', 'location'),
      ...headerOf(exchange, 'retry-after', 'retryAfter'),
      body: exchange.body?.toString('utf8') ?? '',
      ...(stopped !== undefined && { stopped }),
    };
  }

  /** A rate limit outlives a run: what was told to come back later does, and says meanwhile what it was told. */
  #notAsked({ method = 'GET', path }: HttpAsked, restUntil: number): HttpAnswer {
    const { url: base, address } = this.#target;
    const until = new Date(restUntil).toISOString();
    const left = String(Math.ceil((restUntil - this.#now()) / 1000));
    return {
      request: `${method} ${shownUrl(`${base}${path}`)} at ${address}, not asked before ${until} as it wished`,
      ms: 0,
      status: 429,
      retryAfter: left,
      body: '',
    };
  }

  /** Waits as long as a rate limit asks for, where the run has that long. */
  async #waited(waitMs: number): Promise<boolean> {
    const { monotonic, timeoutMs, signal } = this.#context;
    if (monotonic() - this.#began + waitMs > timeoutMs * WAIT_SHARE) return false;
    try {
      await pause(waitMs, undefined, { signal });
      return true;
    } catch {
      return false; // The run's deadline.
    }
  }

  /** On the clock of `startedAt`. */
  #now(): number {
    return this.#context.startedAt + this.#context.monotonic() - this.#began;
  }
}

/** A long page that comes with a refusal is first of all a refusal. */
function hasSaidNo({ status, stopped }: HttpExchange): boolean {
  return stopped?.class === 'protocol.too_large' && status !== undefined && status >= 300;
}

const MAX_HEADER_LENGTH = 500;

function headerOf<Name extends string>(
  exchange: HttpExchange,
  header: string,
  name: Name,
): { readonly [key in Name]?: string } {
  const value = exchange.headers?.[header];
  if (value === undefined) return {};
  const text = typeof value === 'string' ? value : (value[0] ?? '');
  return { [name]: text.slice(0, MAX_HEADER_LENGTH) } as { readonly [key in Name]?: string };
}
