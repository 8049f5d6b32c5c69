import type { Evaluate, Evaluation } from '../model/run.ts';
import { LINEAR_MATCHES, patternProblem, prepare } from './assertion-language.ts';
import type { Anatomy, AssertionLanguage } from './assertion-language.ts';
import { LIMITS } from './limits.ts';
import { nearestName, suggestion } from './nearest-name.ts';

/** Why an expression was refused, and which of its characters are to blame. */
export interface AssertionProblem {
  readonly code: 'assert/syntax' | 'assert/unknown-variable' | 'assert/type' | 'assert/pattern' | 'config/limit';
  readonly message: string;
  readonly help?: string | undefined;
  readonly start: number;
  readonly length: number;
}

/** A compiled expression, or why there is none. */
export type CompiledAssertion =
  { readonly ok: true; readonly evaluate: Evaluate } | { readonly ok: false; readonly problem: AssertionProblem };

/** Steps that one evaluation may take at most; more is refused before it begins. */
const MAX_STEPS = 5_000_000;

/** Parses and checks an expression once, so that evaluating it later can only meet what was measured. */
export function compileAssertion(expression: string, language: AssertionLanguage): CompiledAssertion {
  if (expression.length > LIMITS.assertionChars) {
    const message = `an assertion has at most ${LIMITS.assertionChars} characters`;
    return { ok: false, problem: { code: 'config/limit', message, start: 0, length: expression.length } };
  }
  let parsed: ReturnType<AssertionLanguage['environment']['parse']>;
  try {
    parsed = language.environment.parse(expression);
  } catch (error) {
    return { ok: false, problem: problemOf(error, expression, language) };
  }
  const anatomy = prepare(parsed.ast);
  for (const pattern of anatomy.patterns) {
    const wrong = patternProblem(pattern.text);
    if (wrong === undefined) continue;
    const message = `the pattern ${pattern.text} is refused: ${wrong}`;
    const span = { start: pattern.start, length: pattern.end - pattern.start };
    return { ok: false, problem: { code: 'assert/pattern', message, help: 'patterns are in RE2 syntax', ...span } };
  }
  const checked = parsed.check();
  if (!checked.valid) return { ok: false, problem: problemOf(checked.error, expression, language) };
  if (checked.type !== 'bool' && checked.type !== 'dyn') {
    const message = `an assertion must be true or false, this is ${wordsOf(checked.type ?? '')}`;
    return { ok: false, problem: { code: 'assert/type', message, start: 0, length: expression.length } };
  }
  return { ok: true, evaluate: (variables) => evaluated(parsed, anatomy, variables, language) };
}

function evaluated(
  parsed: (context: Record<string, unknown>) => unknown,
  anatomy: Anatomy,
  variables: Readonly<Record<string, unknown>>,
  language: AssertionLanguage,
): Evaluation {
  const context: Record<string, unknown> = {};
  let largest = 1;
  for (const name of anatomy.names) {
    const value = variables[name];
    if (!language.variables.has(name)) continue; // bound by the expression itself
    if (value === undefined || (value === null && language.variables.get(name) !== 'dyn')) {
      return { kind: 'unevaluable', message: `${name} is missing` };
    }
    if (anatomy.loops > 0) largest = Math.max(largest, largestCollection(value));
    context[name] = name === 'now' && typeof value === 'number' ? new Date(value) : value;
  }
  // Each `+` at most doubles what a loop may walk.
  const steps = anatomy.nodes * (largest * 2 ** Math.min(anatomy.sums, 40)) ** anatomy.loops;
  if (steps > MAX_STEPS) return { kind: 'unevaluable', message: `a list of ${largest} is too long for nested loops` };
  language.refill();
  try {
    const result = parsed(context);
    if (typeof result === 'boolean') return { kind: result ? 'true' : 'false' };
    return { kind: 'unevaluable', message: `it gives ${result === null ? 'null' : typeof result}, not true or false` };
  } catch (error) {
    // Whatever the library throws, an assertion that cannot be evaluated is an outcome, not a fault of ours.
    return { kind: 'unevaluable', message: summaryOf(error) };
  }
}

/** The most members that any list, mapping or (for `split`) text in a value has. */
function largestCollection(value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null || depth > 100) return 1;
  const members = Array.isArray(value) ? value : Object.values(value);
  return members.reduce((most: number, member) => Math.max(most, largestCollection(member, depth + 1)), members.length);
}

interface LibraryError {
  readonly code?: string;
  readonly summary?: string;
  readonly message: string;
  readonly range?: { readonly start: number; readonly end: number };
}

function problemOf(error: unknown, expression: string, language: AssertionLanguage): AssertionProblem {
  const { code, range } = error as LibraryError;
  const start = Math.min(range?.start ?? 0, expression.length);
  const length = Math.max(1, (range?.end ?? expression.length) - start);
  const span = { start, length };
  if (code === 'unknown_variable') {
    const name = expression.slice(start, start + length);
    const message = `there is no variable ${name} here`;
    return {
      code: 'assert/unknown-variable',
      message,
      help: variableMeant(name, [...language.variables.keys()]),
      ...span,
    };
  }
  if (code === 'unexpected_token' && start >= expression.length) {
    return { code: 'assert/syntax', message: 'the expression ends too early', ...span };
  }
  if (code === 'expected_token' && start >= expression.length) {
    const closing = /expected R(PAREN|BRACKET|BRACE)\b/i.exec(summaryOf(error))?.[1];
    const missing =
      closing === undefined ? '' : `: a ${{ PAREN: ')', BRACKET: ']', BRACE: '}' }[closing] ?? ''} is missing`;
    return { code: 'assert/syntax', message: `the expression ends too early${missing}`, ...span };
  }
  // `bytes > 0`: CEL's names of types are values too, and nobody who writes one here means it.
  const isType = code === 'no_such_overload' && /\btype\b/.test(summaryOf(error)) && language.variables.has('json');
  const isSyntax = error instanceof Error && error.name === 'ParseError';
  const help = isType
    ? 'a name such as bytes or int is a type; a field of the JSON is json.bytes'
    : isSyntax
      ? operatorMeant(expression, start)
      : undefined;
  return { code: isSyntax ? 'assert/syntax' : 'assert/type', message: summaryOf(error), help, ...span };
}

/** An operator as another language writes it. */
function operatorMeant(expression: string, at: number): string | undefined {
  if (/^[^=!<>]?=[^=]/.test(expression.slice(Math.max(0, at - 1), at + 2))) return 'compare with ==';
  const unquoted = expression.replaceAll(/"[^"]*"|'[^']*'/g, '');
  return /\b(and|or|not|AND|OR|NOT)\b/.test(unquoted) ? 'write && for and, || for or, ! for not' : undefined;
}

/** A misspelt variable, or a field of the body that is named as if it were one. */
function variableMeant(name: string, known: readonly string[]): string | undefined {
  const meant = suggestion(name, known, 'variables');
  if (nearestName(name, known) !== undefined || !known.includes('json')) return meant;
  return `a field of the JSON is json.${name}; ${meant ?? ''}`;
}

/** The library's words, ours where its own are about itself. */
function summaryOf(error: unknown): string {
  const { code, summary, message } = error as LibraryError;
  const text = (summary ?? message).replaceAll(LINEAR_MATCHES, 'matches');
  if (code === 'no_such_overload') return text.replace(/^no such overload: /, 'cannot compute ');
  if (code === 'no_matching_overload')
    return text.replace(/^found no matching overload for '(.*)'$/, 'there is no function $1');
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function wordsOf(type: string): string {
  switch (type) {
    case 'double':
    case 'int':
      return 'a number';
    case 'string':
      return 'text';
    default:
      return `a ${type}`;
  }
}
