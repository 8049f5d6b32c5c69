import { placeOf } from './place.ts';
import { rooms } from './rooms.ts';
import type { Rule, RuleContext, SyntaxNode } from './syntax.ts';

/** Globals whose every use reaches the world, under what a pure room should do instead. */
const reaching: Readonly<Record<string, readonly string[]>> = {
  'pass in what is needed of it': ['process', 'navigator', 'global', 'globalThis'],
  'time is passed in as `now`, and waiting belongs to the shell': [
    'performance',
    'setTimeout',
    'setInterval',
    'setImmediate',
    'queueMicrotask',
  ],
  'I/O belongs to the shell': ['fetch', 'WebSocket', 'EventSource', 'Worker', 'BroadcastChannel', 'MessageChannel'],
  'randomness and hashes come from outside': ['crypto'],
  'it differs between runs or between runtimes': [
    'Buffer',
    '__dirname',
    '__filename',
    'eval',
    'Function',
    'WeakRef',
    'FinalizationRegistry',
  ],
  'return a value; the shell prints': ['console'],
};
const insteadOf = new Map(
  Object.entries(reaching).flatMap(([instead, names]) => names.map((name) => [name, instead] as const)),
);

/** Methods whose answer depends on the machine's language: the same log would give other bytes elsewhere. */
const localised = new Set([
  'localeCompare',
  'toLocaleString',
  'toLocaleDateString',
  'toLocaleTimeString',
  'toLocaleUpperCase',
  'toLocaleLowerCase',
]);

/**
 * Refuses, in pure rooms, whatever makes the same input give another output: clock, randomness, environment,
 * locale, I/O. `new Date(at)` and `Math` but for `random` are functions of their input and stay allowed.
 */
export const pure: Rule = {
  meta: { type: 'problem', docs: { description: 'a pure room reaches nothing outside, not even through globals' } },
  create(context) {
    const name = placeOf(context.filename)?.room;
    if (name === undefined || rooms[name]?.pure !== true) return {};
    const refuse = (node: SyntaxNode, what: string, instead: string): void =>
      context.report({ node, message: `the room '${name}' is pure and must not use ${what}: ${instead}` });

    return {
      'Program:exit': () => {
        for (const identifier of globalsUsed(context)) {
          const used = identifier.name ?? '';
          const instead = insteadOf.get(used);
          if (instead !== undefined) refuse(identifier, `'${used}'`, instead);
          else if (used === 'Date' && readsClock(identifier)) refuse(identifier, 'the clock', 'pass in `now`');
          else if (used === 'Math' && memberOf(identifier) === 'random') {
            refuse(identifier, 'randomness', 'pass it in');
          }
        }
      },
      MemberExpression: (node) => {
        const method = node.property?.name ?? '';
        if (localised.has(method)) refuse(node, `'${method}'`, 'order and print by code unit');
      },
    };
  },
};

/** Every use of a name that the file does not declare itself. */
function globalsUsed(context: RuleContext): readonly SyntaxNode[] {
  const scope = context.sourceCode.scopeManager.globalScope;
  if (scope === null) return [];
  const known = scope.variables.filter(({ defs }) => defs.length === 0).flatMap(({ references }) => references);
  return [...scope.through, ...known].map(({ identifier }) => identifier);
}

/** `Date.now`, `new Date()`, `Date()`; not `new Date(at)`, `Date.parse`, `Date.UTC` or a type. */
function readsClock(identifier: SyntaxNode): boolean {
  const parent = identifier.parent;
  if (parent?.type === 'NewExpression' && parent.callee === identifier) return parent.arguments?.length === 0;
  if (parent?.type === 'CallExpression' && parent.callee === identifier) return true;
  return memberOf(identifier) === 'now';
}

/** The name of the member that is taken of this object, where it can be read. */
function memberOf(identifier: SyntaxNode): string | undefined {
  const parent = identifier.parent;
  if (parent?.type !== 'MemberExpression' || parent.object !== identifier) return undefined;
  return parent.computed === true ? 'computed' : parent.property?.name;
}
