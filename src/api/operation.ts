import type { AcceptedFinding, Diagnostic } from '../model/configuration.ts';
import type { ProbeId } from '../model/ids.ts';
import type { Secret } from '../model/secret.ts';
import type { Figures } from '../core/stats/figures.ts';
import type { DaemonView, Refusal } from '../ports/daemon-view.ts';
import type { Access } from './guard.ts';
import type { FromSchema, JsonSchema } from './json-schema.ts';
import type { LiveFeed } from './live-feed.ts';
import type { Incoming, Translated } from './incoming/incoming.ts';
import type { Problem } from './problem.ts';
import type { ReplayBody } from './shapes/replay.ts';
import type { Session, Sessions } from './sessions.ts';

/** Findings that count, and those that somebody decided to live with. */
export interface KnownFindings {
  readonly findings: readonly Diagnostic[];
  readonly accepted: readonly AcceptedFinding[];
}

/** Questions about the past that take their time, answered aside from what probes. */
export interface PastQuestions {
  /** Figures over a span of the log; both bounds in milliseconds since 1970, `to` exclusive. */
  readonly figures: (span: { readonly from: number; readonly to: number }) => Promise<Figures | Refusal>;
  /** A part of the log decided again; under `rules`, texts of YAML by file name, if there are any. */
  readonly replay: (asked: ReplayAsked) => Promise<ReplayBody | Refusal>;
}

/** What is replayed: bounds as above, and rules in which no reference is filled in. */
export interface ReplayAsked {
  readonly rules?: Readonly<Record<string, string>>;
  readonly from?: number;
  readonly to?: number;
}

/** What handlers may ask. */
export interface ApiContext {
  readonly view: DaemonView;
  readonly past: PastQuestions;
  /** Tells whoever listens what changes. */
  readonly live: LiveFeed;
  /** Signing in and out on the page. `close` gives the header that makes the browser forget. */
  readonly signIn: {
    readonly open: (token: string) => ReturnType<Sessions['open']>;
    readonly close: (cookieHeader: string | undefined) => string;
  };
  /** Findings about the running configuration. */
  readonly findings: () => KnownFindings;
  /** One scrape in Prometheus' text format; undefined where metrics are switched off. */
  readonly metrics?: () => Promise<{ readonly contentType: string; readonly body: Uint8Array | string }>;
  /** The token of one heartbeat, good for that heartbeat alone; undefined where it has none. */
  readonly heartbeatToken: (probe: ProbeId) => Secret | undefined;
  readonly version: string;
  /** The API in OpenAPI 3.1. */
  readonly document: () => unknown;
  readonly wall: () => number;
}

/** A request, checked against its schemas. */
export interface Asked<Params = unknown, Query = unknown, Body = unknown> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The name of the token that was shown; empty where none was needed. */
  readonly by: string;
  /** Who asks from a browser. */
  readonly caller: Caller;
  /** Where a stream of events goes on from. */
  readonly lastEventId: string | undefined;
}

/** What a request's cookie says, and whether it needed to say anything. */
export interface Caller {
  readonly cookieHeader: string | undefined;
  readonly session: Session | undefined;
  readonly readsFreely: boolean;
}

/** What a handler gives. `text` carries its own media type; `status` differs from the operation's where it must. */
export type Answer<Body = unknown> =
  | {
      readonly kind: 'ok';
      readonly body: Body;
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | StreamAnswer
  | { readonly kind: 'text'; readonly body: Uint8Array | string; readonly contentType: string }
  | Problem;

/** An answer that goes on until the caller leaves or `end` is called. */
export interface StreamAnswer {
  readonly kind: 'stream';
  readonly contentType: string;
  /** What it gives is disposed once the caller has left. */
  readonly open: (write: (text: string) => void, end: () => void) => Disposable;
}

/**
 * A route as data. The same schemas check the request, type the handler, and make the OpenAPI document, so that
 * the three cannot disagree.
 */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `:name` for what `params` describes; from the root. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly params?: JsonSchema;
  readonly query?: JsonSchema;
  readonly body?: JsonSchema;
  /** Whether the body may be left out; `undefined` then. */
  readonly bodyOptional?: boolean;
  /** Takes the body from other forms in which it comes (events, webhooks), before `body` checks it. */
  readonly translate?: (incoming: Incoming) => Translated;
  /** Whether it is answered however often it is asked: an orchestrator ends what stays silent. */
  readonly unlimited?: boolean;
  /** How long its answer may take, where that is longer than usual. */
  readonly answerWithinMs?: number;
  readonly success: { readonly status: 200 | 201 | 204; readonly shape?: JsonSchema; readonly mediaType?: string };
  /** Other answers than problems: a 503 that has the success's shape. */
  readonly also?: Readonly<Record<number, JsonSchema>>;
  /** A token beside the configured ones that is good for this request. */
  readonly ownToken?: (context: ApiContext, params: unknown) => Secret | undefined;
  readonly answer: (context: ApiContext, asked: Asked) => Answer | Promise<Answer>;
}

type Maybe<S> = S extends JsonSchema ? FromSchema<S> : undefined;

/** Declares a route; its handler's types follow from its schemas. */
export function operation<
  const P extends JsonSchema | undefined = undefined,
  const Q extends JsonSchema | undefined = undefined,
  const B extends JsonSchema | undefined = undefined,
  const R extends JsonSchema | undefined = undefined,
>(
  declared: Omit<Operation, 'params' | 'query' | 'body' | 'success' | 'answer' | 'ownToken'> & {
    readonly params?: P;
    readonly query?: Q;
    readonly body?: B;
    readonly success: { readonly status: 200 | 201 | 204; readonly shape?: R; readonly mediaType?: string };
    readonly ownToken?: (context: ApiContext, params: Maybe<P>) => Secret | undefined;
    readonly answer: (
      context: ApiContext,
      asked: Asked<Maybe<P>, Maybe<Q>, Maybe<B>>,
    ) => Answer<Maybe<R>> | Promise<Answer<Maybe<R>>>;
  },
): Operation {
  // Only `register-operations.ts` calls the handler, after these very schemas accepted the request.
  return declared as unknown as Operation;
}

/** An answer with a body. */
export function ok<Body>(body: Body): Answer<Body> {
  return { kind: 'ok', body };
}

export const READ: Access = { kind: 'read' };
export const OPEN: Access = { kind: 'open' };
