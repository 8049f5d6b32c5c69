/**
 * What must not reach a terminal, a mail or a log line as it is: control characters, format characters (which
 * include the bidirectional overrides that make a line read backwards), line and paragraph separators, and
 * halves of surrogate pairs.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text from outside (a target's answer, an operator's note), made safe to show on one line: everything in
 * `UNPRINTABLE` is written as an escape that can be seen, and at most `max` characters remain, the last one
 * `…` where some were cut.
 */
export function printable(text: string, max = 500): string {
  const escaped = text.slice(0, max + 1).replace(UNPRINTABLE, escape);
  if (text.length <= max && escaped.length <= max) return escaped;
  return `${escaped.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function escape(character: string): string {
  return SHORT[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
