import { RE2JS } from 're2js';
import { z } from 'zod';

const MAX_PATTERN = 1000;

/** A regular expression in RE2 syntax, which runs in linear time; stays a string. */
export function pattern() {
  return z
    .string()
    .max(MAX_PATTERN)
    .superRefine((text, context) => {
      const problem = whyNotPattern(text);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    });
}

/** Exact text, or `/pattern/`. */
export function textOrPattern() {
  return z
    .string()
    .max(MAX_PATTERN)
    .superRefine((text, context) => {
      const inner = patternIn(text);
      const problem = inner === undefined ? undefined : whyNotPattern(inner);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    });
}

/** Whether the pattern is found anywhere in the text. The pattern has passed `pattern()`. */
export function found(text: string, patternText: string): boolean {
  return RE2JS.compile(patternText).matcher(text).find();
}

/** Whether the text is the one given, or holds the pattern given as `/pattern/`. */
export function matchesText(expected: string, text: string): boolean {
  const inner = patternIn(expected);
  return inner === undefined ? expected === text : found(text, inner);
}

function patternIn(text: string): string | undefined {
  return text.length > 2 && text.startsWith('/') && text.endsWith('/') ? text.slice(1, -1) : undefined;
}

function whyNotPattern(text: string): string | undefined {
  try {
    RE2JS.compile(text);
    return undefined;
  } catch (error) {
    const reason = (error instanceof Error ? error.message : 'refused').replace(/^error parsing regexp: /, '');
    const looks = /\(\?<?[=!]/.test(text) ? 'nothing can look ahead or behind: ' : '';
    return `not a regular expression in RE2 syntax: ${looks}${reason.slice(0, 200)}`;
  }
}
