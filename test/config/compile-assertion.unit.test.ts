import { describe, expect, test } from 'vitest';
import { assertionLanguage } from '../../src/config/assertion-language.ts';
import { compileAssertion } from '../../src/config/compile-assertion.ts';
import type { Evaluation } from '../../src/model/run.ts';

const language = assertionLanguage({ status: 'int', body: 'string', headers: 'map', json: 'dyn', answers: 'list' });

const SEEN = {
  status: 200,
  body: 'all is well',
  headers: { server: 'dis' },
  json: { count: 3, half: 0.5, list: [1, 2, 3], name: 'x', nothing: null, at: '2026-01-01T00:00:00Z' },
  answers: ['192.0.2.1'],
  latencyMs: 12.5,
  phases: { dns: 1 },
  facts: { version: '1.3.7' },
  now: Date.UTC(2026, 0, 1, 0, 30),
};

function evaluate(expression: string, variables: Readonly<Record<string, unknown>> = SEEN): Evaluation {
  const compiled = compileAssertion(expression, language);
  if (!compiled.ok) throw new Error(`${compiled.problem.code}: ${compiled.problem.message}`);
  return compiled.evaluate(variables);
}

describe('an assertion is true', () => {
  test.each([
    'status == 200',
    'status in [200, 204]',
    'status >= 200 && status < 300',
    'status != 500 || body == ""',
    'json.count == 3',
    '3 == json.count',
    'json.count + 1 == 4',
    '2 * json.count == 6',
    'json.count % 2 == 1',
    'json.half * 2 == 1',
    '-1 < json.half',
    'json.list[0] == 1',
    'json.list[size(json.list) - 1] == 3',
    'size(json.list) == 3 && size(json.list) + 1 == 4',
    'size(json.list) == json.count',
    'json.list == [1, 2, 3]',
    'json.list.all(n, n > 0) && json.list.exists(n, n == 2)',
    'json.list.map(n, n * 2) == [2, 4, 6]',
    'json.count in [1, 2, 3]',
    '(json.count > 2 ? 1 : 2) == 1',
    'json.nothing == null',
    'has(phases.dns) && !has(phases.tls)',
    'headers.server == "dis"',
    'facts.version.startsWith("1.3.")',
    '"192.0.2.1" in answers',
    'latencyMs < 500',
    'body.matches("^all .* well$")',
    'now - timestamp(json.at) < duration("1h")',
  ])('%s', (expression) => {
    expect(evaluate(expression)).toEqual({ kind: 'true' });
  });
});

test('an assertion is false where what was measured says otherwise', () => {
  expect(evaluate('status == 201')).toEqual({ kind: 'false' });
  expect(evaluate('json.count * 2 == 7')).toEqual({ kind: 'false' });
});

describe('an assertion that cannot be evaluated says what was missing', () => {
  test.each([
    ['json.missing == 1', SEEN, 'no such key: missing'],
    ['json.name.first == 1', SEEN, 'no such key: first'],
    ['status == 200', { ...SEEN, status: undefined }, 'status is missing'],
    ['status == 200', { ...SEEN, status: null }, 'status is missing'],
    ['json.name + 1 == 2', SEEN, 'cannot compute dyn<string> + double'],
    ['json.name', SEEN, 'it gives string, not true or false'],
    ['body.matches(json.name + "(")', SEEN, 'error parsing regexp: missing closing ): `x(`'],
    [
      'headers.server == "dis"',
      { ...SEEN, headers: 'text' },
      "variable 'headers' is not of type 'map<dyn, dyn>', got 'string'",
    ],
  ])('%s', (expression, variables, message) => {
    expect(evaluate(expression, variables)).toEqual({ kind: 'unevaluable', message });
  });
});

test('a pattern that would backtrack for ever is matched in linear time', () => {
  const body = `${'a'.repeat(50_000)}!`;
  expect(evaluate('body.matches("^(a+)+$")', { ...SEEN, body })).toEqual({ kind: 'false' });
});

test('loops inside of loops over long lists are refused before they begin', () => {
  const list = Array.from({ length: 20_000 }, (_, n) => n);
  const nested = 'json.list.all(a, json.list.exists(b, a == b))';
  expect(evaluate(nested, { ...SEEN, json: { list } })).toEqual({
    kind: 'unevaluable',
    message: 'a list of 20000 is too long for nested loops',
  });
  expect(evaluate(nested)).toEqual({ kind: 'true' });
  expect(evaluate('json.list.all(a, a >= 0)', { ...SEEN, json: { list } })).toEqual({ kind: 'true' });
});

test('matching in a loop has a bound over the whole evaluation', () => {
  const variables = { ...SEEN, body: 'x'.repeat(1_000_000), json: { list: Array.from({ length: 100 }, (_, n) => n) } };
  expect(evaluate('json.list.all(n, body.matches("^x") && n >= 0)', variables)).toMatchObject({ kind: 'unevaluable' });
  expect(evaluate('body.matches("^x")', variables)).toEqual({ kind: 'true' });
});

test('an expression is refused when it is read, with the characters to blame', () => {
  const compiled = compileAssertion('status == 200 && statsu < 300', language);
  expect(compiled).toMatchObject({ ok: false, problem: { code: 'assert/unknown-variable', start: 17, length: 6 } });
});

test('an expression longer than 4096 characters is refused', () => {
  const compiled = compileAssertion(`status == 200${' '.repeat(5000)}`, language);
  expect(compiled).toMatchObject({ ok: false, problem: { code: 'config/limit' } });
});

test('the same compiled assertion gives the same answer whenever it is asked', () => {
  const compiled = compileAssertion('json.list.exists(n, n == json.count)', language);
  if (!compiled.ok) throw new Error(compiled.problem.message);
  for (let n = 0; n < 3; n += 1) {
    expect(compiled.evaluate(SEEN)).toEqual({ kind: 'true' });
    expect(compiled.evaluate({ ...SEEN, json: { list: [], count: 1 } })).toEqual({ kind: 'false' });
  }
});
