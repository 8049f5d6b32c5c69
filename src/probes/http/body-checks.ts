import type { FailureClass } from '../../model/failure.ts';
import type { Json } from '../../model/run.ts';
import { printable } from '../../ports/printable.ts';
import { found } from '../judging/text-pattern.ts';
import { equalJson, parseJsonPath, valueAt } from './json-path.ts';
import type { TextExpectation } from './options.ts';

/** An expectation that was not met. */
export interface Unmet {
  readonly holds: false;
  readonly class: FailureClass;
  readonly expected: string;
  readonly got: string;
}

/** What one expectation came to. */
export type Checked = { readonly holds: true } | Unmet;

/** What each expectation came to, by its id. */
export type Seen = { readonly [id: string]: Checked };

/** One expectation about a body. `json` is undefined where the text is no JSON. */
export interface BodyCheck {
  readonly id: string;
  readonly test: (text: string, json: Json | undefined) => Checked;
}

const SHOWN = 200;
const HOLDS: Checked = { holds: true };

/** Every expectation about the body, in the order in which they are judged. */
export function bodyChecks(expect: TextExpectation): readonly BodyCheck[] {
  return [
    ...Object.entries(expect.json ?? {}).map(([path, value]) => jsonCheck(path, value)),
    ...(expect.contains ?? []).map(containsCheck),
    ...(expect.matches ?? []).map(matchesCheck),
    ...(expect.notMatches ?? []).map(notMatchesCheck),
  ];
}

function jsonCheck(path: string, expected: Json): BodyCheck {
  const shown = `${path} to be ${show(expected)}`;
  return {
    id: `json ${path} ${JSON.stringify(expected)}`,
    test(text, json) {
      if (json === undefined) return fails('protocol.malformed', `JSON, with ${shown}`, describeText(text));
      const value = valueAt(json, parseJsonPath(path) ?? []);
      if (value === undefined) return fails('semantic.missing', shown, `no ${path} in ${show(json)}`);
      return equalJson(value, expected) ? HOLDS : fails('semantic.wrong_value', shown, show(value));
    },
  };
}

function containsCheck(part: string): BodyCheck {
  return {
    id: `contains ${part}`,
    test: (text) =>
      text.includes(part)
        ? HOLDS
        : fails('semantic.wrong_value', `a body that contains ${printable(part, SHOWN)}`, describeText(text)),
  };
}

function matchesCheck(pattern: string): BodyCheck {
  return {
    id: `matches ${pattern}`,
    test: (text) =>
      found(text, pattern)
        ? HOLDS
        : fails('semantic.wrong_value', `a body that matches /${pattern}/`, describeText(text)),
  };
}

function notMatchesCheck(pattern: string): BodyCheck {
  return {
    id: `notMatches ${pattern}`,
    test: (text) =>
      found(text, pattern)
        ? fails('semantic.wrong_value', `a body that does not match /${pattern}/`, describeText(text))
        : HOLDS,
  };
}

function fails(failureClass: FailureClass, expected: string, got: string): Checked {
  return { holds: false, class: failureClass, expected, got };
}

function show(value: Json): string {
  return printable(JSON.stringify(value), SHOWN);
}

function describeText(text: string): string {
  if (text === '') return 'an empty body';
  const start = printable(text.trim().replace(/\s+/g, ' '), SHOWN);
  return /^\s*<(!doctype|html|\?xml|head|body)/i.test(text) ? `a web page: ${start}` : start;
}
