import type { ZodType } from 'zod';
import type { FailureClass } from '../../model/failure.ts';
import type { Json } from '../../model/run.ts';
import { printable } from '../../ports/printable.ts';
import type { HttpAnswer } from './http-session.ts';
import { fails, type Verdict } from './question.ts';
import { parseTargetJson } from '../net/parse-json.ts';

const MAX_EXCERPT = 200;

/** How one product says over HTTP that something is wrong. */
export interface Dialect {
  /** `Workers KV` */
  readonly product: string;
  /** The class of an answer that is no 2xx, by the product's own code; undefined where its status says it all. */
  readonly classOf: (answer: HttpAnswer) => FailureClass | undefined;
}

/** What was asked for, or the verdict that it was not there. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly verdict: Verdict };

/** The text of an answer with a status of 2xx, or the class of any other. */
export function readText(answer: HttpAnswer, dialect: Dialect): Read<string> {
  const { status, request } = answer;
  if (status !== undefined && status >= 200 && status < 300) return { ok: true, value: answer.body };
  const again = answer.retryAfter === undefined ? '' : `, to be tried again after ${printable(answer.retryAfter, 40)}`;
  const verdict = fails(
    dialect.classOf(answer) ?? classOfStatus(status),
    `${request}: answered ${described(answer)}${again}`,
    { expected: 'status 2xx', got: described(answer) },
  );
  return { ok: false, verdict };
}

/** The JSON of an answer with a status of 2xx, in the shape that this product answers in. */
export function readJson<Shape>(answer: HttpAnswer, shape: ZodType<Shape>, dialect: Dialect): Read<Shape> {
  const text = readText(answer, dialect);
  if (!text.ok) return text;
  // An empty success is no other product answering: it is this one without what was asked for.
  if (text.value.trim() === '') return { ok: false, verdict: empty(answer, dialect) };
  const shaped = shape.safeParse(parsed(text.value));
  if (shaped.success) return { ok: true, value: shaped.data };
  const issue = shaped.error.issues[0];
  const where = printable(issue?.path.join('.') ?? '', 100) || 'top level';
  const message = `${answer.request}: answered ${answer.status}, but not as ${dialect.product} does (${where}: ${issue?.message ?? ''})`;
  const expected = `an answer of ${dialect.product}`;
  return { ok: false, verdict: fails('protocol.malformed', message, { expected, got: described(answer) }) };
}

/** Whether an answer's body is JSON of this shape, whatever its status; for error codes. */
export function errorBody<Shape>(answer: HttpAnswer, shape: ZodType<Shape>): Shape | undefined {
  return shape.safeParse(parsed(answer.body)).data;
}

/** Status, type and the beginning of an answer, for people. */
function described(answer: HttpAnswer): string {
  const to = answer.location === undefined ? '' : ` to ${printable(answer.location, MAX_EXCERPT)}`;
  const type = answer.contentType === undefined ? '' : ` ${printable(answer.contentType, 60)}`;
  const text = printable(answer.body.trim(), MAX_EXCERPT);
  return `${answer.status ?? 'nothing'}${to}${type}${text === '' ? '' : `: ${text}`}`;
}

/** What is kept of the deciding answer as evidence. */
export function httpEvidence(answer: HttpAnswer): Readonly<Record<string, Json | undefined>> {
  const { request, status, contentType, location, retryAfter, body } = answer;
  return { request, status, contentType, location, retryAfter, body };
}

function empty(answer: HttpAnswer, dialect: Dialect): Verdict {
  const message = `${answer.request}: answered ${answer.status} with nothing in it`;
  return fails('semantic.wrong_value', message, { expected: `an answer of ${dialect.product}`, got: 'an empty body' });
}

function parsed(text: string): unknown {
  try {
    return parseTargetJson(text);
  } catch {
    return undefined;
  }
}

function classOfStatus(status: number | undefined): FailureClass {
  if (status === undefined) return 'protocol.malformed';
  if (status === 401) return 'auth.unauthorized';
  if (status === 403) return 'auth.forbidden';
  if (status === 429) return 'quota.rate_limited';
  if (status === 501) return 'semantic.unsupported';
  if (status >= 500) return 'http.5xx';
  if (status >= 400) return 'http.4xx';
  return status >= 300 ? 'protocol.unexpected_redirect' : 'protocol.malformed';
}
