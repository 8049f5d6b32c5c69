import type { Json } from '../../model/run.ts';
import { Secret } from '../../model/secret.ts';
import { parseTargetJson } from './parse-json.ts';

/** Takes secrets out of text that came from a target, before anything of it is kept or shown. */
export interface Mask {
  readonly text: (text: string) => string;
  /** JSON text stays JSON: a masked number becomes a string. Other text is masked as text. */
  readonly json: (text: string) => string;
  /** For text that was cut off: the beginning of a secret at its end is masked as well. */
  readonly cutOff: (text: string) => string;
}

/** Shorter secrets would mask half of any answer and hide nothing that cannot be guessed. */
const MIN_LENGTH = 4;
const SHOWN = '<secret>';

/**
 * A mask for every secret that stands anywhere in the options, as itself and as it may come back: encoded for
 * a URL or a form, escaped in JSON or HTML, in hexadecimal, in base64 of either alphabet, alone or among other text
 * (as user name and password are in basic credentials).
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
      // JSON has many ways to escape the same character: only a parser sees through all of them.
      if (masked === given && (longestFirst.length === 0 || !given.includes('\\'))) return given;
      const parsed = parseJson(given);
      if (parsed === undefined) return masked;
      const tree = JSON.stringify(maskTree(parsed, text));
      return masked === given && tree === JSON.stringify(parsed) ? given : tree;
    },
    cutOff: (given) => withoutBeginning(text(given), longestFirst),
  };
}

/** The mask for a body that may have been cut off in the middle of a secret: it stopped before its end. */
export function maskForBody(mask: Mask, { stopped }: { readonly stopped?: object | undefined }): Mask {
  return stopped === undefined ? mask : { ...mask, json: (given) => mask.cutOff(mask.json(given)) };
}

/** The text without the longest beginning of a secret that it ends with. */
function withoutBeginning(text: string, forms: readonly string[]): string {
  const longest = Math.max(0, ...forms.map((form) => beginningAtEnd(text, form)));
  return longest < MIN_LENGTH ? text : `${text.slice(0, -longest)}${SHOWN}`;
}

function beginningAtEnd(text: string, form: string): number {
  for (let length = form.length - 1; length >= MIN_LENGTH; length--) {
    if (text.endsWith(form.slice(0, length))) return length;
  }
  return 0;
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

/** As it may be sent, and each of those as it may come back; a plain word has few that differ. */
function formsOf(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const sent = [secret, json, encodeURIComponent(secret), new URLSearchParams([['', secret]]).toString().slice(1)];
  return [...new Set([...sent, json.replaceAll('/', '\\/')])].flatMap(echoesOf);
}

function echoesOf(sent: string): readonly string[] {
  const bytes = Buffer.from(sent, 'utf8');
  const url = encodeURIComponent(sent);
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  const html = sent.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
  return [
    sent,
    url,
    url.replace(/%[0-9A-F]{2}/g, (escaped) => escaped.toLowerCase()),
    html,
    html.replaceAll("'", '&#39;'),
    bytes.toString('hex'),
    ...[base64, `${base64}=`, `${base64}==`].flatMap(inBothAlphabets),
    ...insideBase64(bytes),
  ];
}

/** Shorter pieces of base64 stand in many a text by chance. */
const MIN_PIECE = 8;

/** What base64 of any text that holds these bytes holds itself, wherever among its groups of three they begin. */
function insideBase64(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // The first characters are made of what stands before as well, the last one of what comes behind.
    const whole = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return whole.length < MIN_PIECE ? [] : inBothAlphabets(whole);
  });
}

/** RFC 4648 §4 and §5. */
function inBothAlphabets(base64: string): readonly string[] {
  return [base64, base64.replaceAll('+', '-').replaceAll('/', '_')];
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
