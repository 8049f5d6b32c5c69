import type { Json } from '../../model/run.ts';
import { Secret } from '../../model/secret.ts';
import { parseTargetJson } from './parse-json.ts';

/** Takes secrets out of text that came from a target, before anything of it is kept or shown. */
export interface Mask {
  readonly text: (text: string) => string;
  /** JSON text stays JSON: a masked number becomes a string. Other text is masked as text. */
  readonly json: (text: string) => string;
}

/** Shorter secrets would mask half of any answer and hide nothing that cannot be guessed. */
const MIN_LENGTH = 4;
const SHOWN = '<secret>';

/**
 * A mask for every secret that stands anywhere in the options, as itself and as it may come back: encoded for
 * a URL, escaped in JSON, in base64, or with a user name as basic credentials.
 */
export function maskFor(options: object, more: readonly (Secret | undefined)[] = []): Mask {
  const own = formsIn(options);
  const longestFirst = more.some((secret) => secret !== undefined)
    ? sorted([...own, ...more.flatMap((secret) => (secret === undefined ? [] : formsOf(secret.reveal())))])
    : own;
  const text = (given: string) => longestFirst.reduce((masked, form) => masked.replaceAll(form, SHOWN), given);
  return {
    text,
    json(given) {
      const masked = text(given);
      if (masked === given) return given;
      const parsed = parseJson(given);
      return parsed === undefined ? masked : JSON.stringify(maskTree(parsed, text));
    },
  };
}

/**
 * The forms of every secret in the options, longest first, by the options themselves: they never change, and to
 * walk through them in each run costs more than masking does. A memo, not state.
 */
const remembered = new WeakMap<object, readonly string[]>();

function formsIn(options: object): readonly string[] {
  let forms = remembered.get(options);
  if (forms === undefined) {
    forms = sorted([...secretsIn(options)].flatMap((secret) => formsOf(secret.reveal())));
    remembered.set(options, forms);
  }
  return forms;
}

function sorted(forms: readonly string[]): readonly string[] {
  return [...new Set(forms)].filter((form) => form.length >= MIN_LENGTH).sort((a, b) => b.length - a.length);
}

/** A value parsed from JSON text; undefined where it is none. */
export function parseJson(text: string): Json | undefined {
  // Most bodies that are no JSON show it at once, and an exception costs more than the rest of a judgement.
  if (!/^\s*[{["\d\-tfn]/.test(text)) return undefined;
  try {
    return parseTargetJson(text) as Json;
  } catch {
    return undefined;
  }
}

function maskTree(value: Json | undefined, mask: (text: string) => string): Json {
  if (typeof value === 'string') return mask(value);
  if (typeof value === 'number') {
    const masked = mask(String(value));
    return masked === String(value) ? value : masked;
  }
  if (Array.isArray(value)) return value.map((item: Json) => maskTree(item, mask));
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [mask(key), maskTree(item, mask)]));
}

function formsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret, 'utf8').toString('base64');
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), base64, base64.replace(/=+$/, '')];
}

function* secretsIn(value: unknown, depth = 0): Generator<Secret> {
  if (value instanceof Secret) yield value;
  else if (typeof value === 'object' && value !== null && depth < 8) {
    for (const inner of Object.values(value)) yield* secretsIn(inner, depth + 1);
    if ('username' in value && 'password' in value && value.password instanceof Secret) {
      yield new Secret(Buffer.from(`${String(value.username)}:${value.password.reveal()}`, 'utf8').toString('base64'));
    }
  }
}
