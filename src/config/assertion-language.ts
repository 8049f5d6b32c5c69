import { Environment } from '@marcbachmann/cel-js';
import type { ASTNode } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import type { ProbeKind } from '../ports/probe-kind.ts';
import { LIMITS } from './limits.ts';

type VariableType = NonNullable<ProbeKind['variables']>[string];

/** What every assertion sees, whatever the kind. */
const COMMON: Readonly<Record<string, string>> = {
  latencyMs: 'double',
  phases: 'map',
  facts: 'map',
  now: 'google.protobuf.Timestamp',
};

/** Characters that all `matches` of one evaluation may look at together. */
const MATCHED_CHARS = 16 * 1024 * 1024;
/** The name under which `matches` runs in linear time. */
export const LINEAR_MATCHES = 'linearMatches';

/**
 * CEL as assertions speak it. Measured numbers are doubles, so that a value that happens to be whole is
 * no other type than one that is not; whole literals beside them count as doubles too. Counts (`size(x)`)
 * are whole. `matches` is RE2: linear time, no backtracking.
 */
export interface AssertionLanguage {
  readonly environment: Environment;
  readonly variables: ReadonlyMap<string, string>;
  /** Begins a new evaluation: what it may spend on matching. */
  readonly refill: () => void;
}

/** The language for probes with these variables. */
export function assertionLanguage(kindVariables: Readonly<Record<string, VariableType>>): AssertionLanguage {
  const variables = new Map<string, string>(Object.entries(COMMON));
  for (const [name, type] of Object.entries(kindVariables)) {
    if (!variables.has(name)) variables.set(name, type === 'int' ? 'double' : type);
  }
  const environment = new Environment({
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 500, maxDepth: 40, maxListElements: 500, maxMapEntries: 100, maxCallArguments: 16 },
  });
  for (const [name, type] of variables) environment.registerVariable(name, type);
  environment.registerOperator('double == int', (a: number, b: number | bigint) => a === Number(b));
  environment.registerOperator('double % double', (a: number, b: number) => a % b);
  let left = MATCHED_CHARS;
  const patterns = new Map<string, RE2JS>();
  environment.registerFunction(`string.${LINEAR_MATCHES}(string): bool`, (text: string, pattern: string) => {
    left -= text.length;
    if (left < 0) throw new RangeError(`more than ${MATCHED_CHARS} characters to match`);
    let compiled = patterns.get(pattern);
    if (compiled === undefined) {
      compiled = RE2JS.compile(pattern);
      if (patterns.size < 100) patterns.set(pattern, compiled);
    }
    return compiled.matcher(text).find();
  });
  return { environment, variables, refill: () => void (left = MATCHED_CHARS) };
}

/** What an expression is made of, as far as bounds and early checks need it. */
export interface Anatomy {
  readonly nodes: number;
  /** How many collections are walked inside of each other; an `in` inside counts as one more. */
  readonly loops: number;
  readonly sums: number;
  /** Names of variables that it looks at. */
  readonly names: ReadonlySet<string>;
  /** Patterns that are written out. */
  readonly patterns: readonly { readonly text: string; readonly start: number; readonly end: number }[];
}

const LOOPS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
const ARITHMETIC = new Set(['+', '-', '*', '/', '%']);
const NUMERIC = new Set([...ARITHMETIC, '==', '!=', '<', '<=', '>', '>=']);
/** Functions that give whole numbers. */
const COUNTS = new Set(['size', 'int', 'uint', 'indexOf', 'lastIndexOf']);

/**
 * Prepares a parsed expression in place, before it is checked: `matches` becomes the linear one, and whole
 * literals that stand beside measured numbers become doubles. Says what it is made of.
 */
export function prepare(root: ASTNode): Anatomy {
  const names = new Set<string>();
  const patterns: { text: string; start: number; end: number }[] = [];
  let nodes = 0;
  let sums = 0;
  const visit = (node: ASTNode): number => {
    nodes += 1;
    if (node.op === 'id') names.add(node.args);
    if (node.op === '+') sums += 1;
    if (node.op === 'rcall' && node.args[0] === 'matches') {
      const [pattern] = node.args[2];
      if (pattern?.op === 'value' && typeof pattern.args === 'string') {
        patterns.push({ text: pattern.args, start: pattern.start, end: pattern.end });
      }
      (node.args as unknown as [string, ...unknown[]])[0] = LINEAR_MATCHES;
    }
    if (NUMERIC.has(node.op) || node.op === 'in') levelNumbers(node);
    const below = Math.max(0, ...operandsOf(node).map(visit));
    const isLoop = node.op === 'in' || (node.op === 'rcall' && LOOPS.has(node.args[0]));
    return below + (isLoop ? 1 : 0);
  };
  const loops = visit(root);
  return { nodes, loops, sums, names, patterns };
}

function operandsOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'list':
      return node.args;
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
}

/** `status in [200, 204]`, `json.n * 2 == 6`: the literals become doubles, unless they stand beside a count. */
function levelNumbers(node: ASTNode): void {
  const [left, right] = operandsOf(node);
  if (left === undefined || right === undefined) return;
  if (!isWhole(right) || isLiteral(right)) toDouble(left);
  if (!isWhole(left) || wasLevelled(left)) toDouble(right);
}

function wasLevelled(node: ASTNode): boolean {
  return isLiteral(node) && !isWhole(node);
}

function isLiteral(node: ASTNode): boolean {
  return node.op === 'value' || (node.op === '-_' && isLiteral(node.args));
}

function isWhole(node: ASTNode): boolean {
  if (node.op === 'value') return typeof node.args === 'bigint';
  if (node.op === '-_') return isWhole(node.args);
  if (node.op === 'call') return COUNTS.has(node.args[0]);
  if (node.op === 'rcall') return COUNTS.has(node.args[0]) || /^get[A-Z]/.test(node.args[0]);
  return ARITHMETIC.has(node.op) && operandsOf(node).every(isWhole);
}

function toDouble(node: ASTNode): void {
  if (node.op === 'value' && typeof node.args === 'bigint') (node as { args: unknown }).args = Number(node.args);
  else if (node.op === '-_') toDouble(node.args);
  else if (node.op === 'list') node.args.forEach(toDouble);
  else if (node.op === '?:') node.args.slice(1).forEach(toDouble);
}

/** What is wrong with a pattern; undefined where nothing is. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > LIMITS.assertionChars) return 'too long';
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return reason.replace(/^error parsing regexp: /, '');
  }
}
