import type { FailureClass } from '../../model/failure.ts';
import type { Json } from '../../model/run.ts';
import { printable } from '../../ports/printable.ts';
import { parseJsonPath, valueAt, type PathStep } from '../http/json-path.ts';
import type { HttpExchange } from '../net/http-exchange.ts';
import { parseJson } from '../net/mask.ts';

/** Where a value is taken from. */
export type CaptureSource =
  | { readonly kind: 'json'; readonly path: readonly PathStep[] }
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'cookie'; readonly name: string };

/** A value that was taken from an answer, for later steps. */
export interface Captured {
  readonly value: string | number | boolean;
  /** The value as it is put into texts. */
  readonly text: string;
  /** Kept from everything that is kept or shown. */
  readonly secret: boolean;
}

/** What became of a capture: the value, or why there is none. */
export type Capture =
  | { readonly kind: 'captured'; readonly captured: Captured }
  | { readonly kind: 'missing'; readonly class: FailureClass; readonly expected: string; readonly got: string };

/** Longer than any token or name that somebody would pass on. */
const MAX_LENGTH = 8 * 1024;
/** Shorter values are nobody's secret, and hiding them would hide half of any answer. */
const MIN_SECRET = 4;

/** `json.a.b[0]`, `headers.location`, `cookies.session`; undefined for anything else. */
export function parseCapture(text: string): CaptureSource | undefined {
  const [, from, rest = ''] = /^(json|headers|cookies)(.*)$/s.exec(text) ?? [];
  if (from === 'json') {
    const path = parseJsonPath(`$${rest}`);
    return path === undefined ? undefined : { kind: 'json', path };
  }
  const [, name] = /^\.([!#$%&'*+.^_`|~A-Za-z0-9-]{1,100})$/.exec(rest) ?? [];
  if (from === undefined || name === undefined) return undefined;
  return from === 'headers' ? { kind: 'header', name: name.toLowerCase() } : { kind: 'cookie', name };
}

/** Takes a value from an answer. `from` is the source as it is written, for the message. */
export function capture(exchange: HttpExchange, from: string, isSecret: boolean): Capture {
  const source = parseCapture(from);
  const expected = `something at ${from}, to capture it`;
  if (source === undefined) return { kind: 'missing', class: 'semantic.unevaluable', expected, got: 'nothing' };
  const found = valueFrom(exchange, source);
  if (found === 'no json') {
    const body = exchange.body?.toString('utf8', 0, 200) ?? '';
    return { kind: 'missing', class: 'protocol.malformed', expected, got: printable(body, 200) || 'an empty body' };
  }
  const value = found.value;
  if (value === undefined || value === null || value === '') {
    return { kind: 'missing', class: 'semantic.missing', expected, got: value === '' ? 'an empty text' : 'nothing' };
  }
  if (typeof value === 'object') {
    const got = Array.isArray(value) ? 'a list' : 'an object';
    return { kind: 'missing', class: 'semantic.wrong_value', expected: `${expected} as one value`, got };
  }
  const text = String(value);
  if (text.length > MAX_LENGTH) {
    const got = `${text.length} characters`;
    return { kind: 'missing', class: 'protocol.too_large', expected: `${expected}, at most ${MAX_LENGTH} long`, got };
  }
  return { kind: 'captured', captured: { value, text, secret: isSecret && text.length >= MIN_SECRET } };
}

function valueFrom(exchange: HttpExchange, source: CaptureSource): { value: Json | undefined } | 'no json' {
  switch (source.kind) {
    case 'json': {
      const json = parseJson(exchange.body?.toString('utf8') ?? '');
      return json === undefined ? 'no json' : { value: valueAt(json, source.path) };
    }
    case 'header':
      return { value: listOf(exchange.headers?.[source.name])[0] };
    case 'cookie':
      return { value: cookieIn(listOf(exchange.headers?.['set-cookie']), source.name) };
  }
}

/** RFC 6265 §4.1.1: `name=value; attributes`. */
function cookieIn(headers: readonly string[], name: string): string | undefined {
  const header = headers.find((one) => one.startsWith(`${name}=`));
  return header
    ?.slice(name.length + 1)
    .split(';', 1)[0]
    ?.trim();
}

function listOf(header: string | readonly string[] | undefined): readonly string[] {
  return header === undefined ? [] : typeof header === 'string' ? [header] : header;
}
