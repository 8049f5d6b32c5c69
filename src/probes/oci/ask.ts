import { z } from 'zod';
import type { Secret } from '../../model/secret.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { elapsed } from '../net/connection.ts';
import type { HttpExchange } from '../net/http-request.ts';
import { maskFor } from '../net/mask.ts';
import { politeExchange } from '../net/polite-exchange.ts';
import { hostOf, shownUrl } from '../net/urls.ts';
import { parseChallenges } from './challenge.ts';
import { jsonIn } from './manifest.ts';
import type { Answer } from './measured.ts';
import type { OciOptions } from './options.ts';
import type { FetchedToken } from './token.ts';

/** How a request says who it is. */
export type Access =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: Secret }
  | { readonly kind: 'bearer'; readonly token: Secret };

/** What a run asks every address with. */
export interface Errand {
  readonly options: OciOptions;
  readonly context: RunContext;
  /** How many bytes of blobs one address is asked for. */
  readonly blobBytes: number;
  /** Tokens of this run by what was asked for and where: several addresses need one, not several. */
  readonly tokens: Map<string, Promise<FetchedToken>>;
}

/** One request to the registry or its token service. */
export interface Question {
  readonly url: string;
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  readonly access: Access;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly follow: 'same-host' | 'never' | 'any';
  readonly maxBytes: number;
}

/** What came back: to be kept, and to be worked with. */
export interface Asked {
  readonly answer: Answer;
  readonly exchange: HttpExchange;
  readonly body: Buffer;
}

/** Bodies that are no content are short. */
export const MAX_REFUSAL_BYTES = 16 * 1024;
const MAX_EXCERPT = 500;
const MAX_ERRORS = 5;
const MAX_REDIRECTS_KEPT = 5;

/**
 * One request on a fresh connection: to `address` where the URL names the registry's own host, else to wherever
 * its name leads. Credentials go to the origin that is asked and are dropped when a redirect leaves it.
 */
export async function ask(question: Question, address: string, { options, context }: Errand): Promise<Asked> {
  const { url, method = 'GET', access, accept } = question;
  const home = hostOf(new URL(url)) === hostOf(new URL(options.registry));
  const began = context.monotonic();
  const exchange = await politeExchange(
    {
      url,
      method,
      headers: {
        ...(accept !== undefined && { accept }),
        ...question.headers,
        ...(access.kind === 'bearer' && { authorization: `Bearer ${access.token.reveal()}` }),
      },
      ...(access.kind === 'basic' && { auth: { basic: access } }),
      follow: question.follow,
      maxBytes: question.maxBytes,
      // The registry's own name is not what another host's certificate is for.
      tls: home ? options.tls : { ...options.tls, servername: undefined },
      resolver: options.resolver,
      family: options.family,
      ...(home && { address }),
    },
    context,
  );
  const ms = elapsed(context, began);
  const request = `${method} ${shownUrl(url)} at ${exchange.address ?? (home ? address : 'no address')}`;
  return { answer: answerOf(request, ms, exchange, access, options), exchange, body: exchange.body ?? Buffer.alloc(0) };
}

function answerOf(request: string, ms: number, exchange: HttpExchange, access: Access, options: OciOptions): Answer {
  const mask = maskFor(options, access.kind === 'bearer' ? [access.token] : []);
  const { status, stopped, redirects } = exchange;
  const refused = status !== undefined && (status < 200 || status > 299);
  const [contentType, saidDigest] = ['content-type', 'docker-content-digest'].map((name) => headerOf(exchange, name));
  const wanted = headerOf(exchange, 'www-authenticate');
  const excerpt = refused ? mask.text(exchange.body?.toString('utf8') ?? '').slice(0, MAX_EXCERPT) : '';
  const errors = refused ? errorCodes(exchange.body) : [];
  return {
    request,
    ms,
    ...(status !== undefined && { status }),
    ...(stopped !== undefined && { stopped: { ...stopped, message: mask.text(stopped.message) } }),
    ...(contentType !== undefined && { contentType: mask.text(contentType).slice(0, 100) }),
    ...(saidDigest !== undefined && { saidDigest: mask.text(saidDigest).slice(0, 150) }),
    ...(status === 401 && wanted !== undefined && { challenges: parseChallenges(mask.text(wanted)) }),
    ...(errors.length > 0 && { errors }),
    ...(excerpt !== '' && { excerpt }),
    ...(redirects.length > 0 && {
      redirects: redirects.slice(0, MAX_REDIRECTS_KEPT).map((hop) => ({ ...hop, to: mask.text(hop.to) })),
    }),
  };
}

/** A header's value; several are joined as RFC 9110 §5.3 allows. */
export function headerOf(exchange: HttpExchange, name: string): string | undefined {
  const value = exchange.headers?.[name];
  return typeof value === 'string' || value === undefined ? value : value.join(', ');
}

const errorsShape = z.object({ errors: z.array(z.object({ code: z.string().regex(/^[A-Z_]{1,60}$/) })).max(100) });

function errorCodes(body: Buffer | undefined): readonly string[] {
  const shaped = errorsShape.safeParse(body === undefined ? undefined : jsonIn(body));
  return (shaped.data?.errors ?? []).slice(0, MAX_ERRORS).map(({ code }) => code);
}
