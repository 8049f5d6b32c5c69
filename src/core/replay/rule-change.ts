import type { Probe } from '../../model/configuration.ts';
import type { Json } from '../../model/run.ts';

/**
 * What new rules mean for the old runs of a probe. `none`: they stand as they were judged. `judging`: the same
 * measurement is judged by other expectations. `question`: it would have asked something else (another address,
 * another key, another query), so that nothing which was measured can answer.
 */
export type RuleChange =
  | { readonly kind: 'none' }
  | { readonly kind: 'judging' }
  | { readonly kind: 'question'; readonly what: readonly string[] };

/** Options, by path, that decide nothing but how an answer is judged; every other one is part of the question. */
const JUDGED: readonly string[] = ['expect', 'identity.value', 'minDaysLeft', 'tls.minDaysLeft'];

/** What changes for a probe's old runs between two of its configurations. */
export function ruleChange(before: Probe, after: Probe): RuleChange {
  if (before.kind !== after.kind) return { kind: 'question', what: ['kind'] };
  const changed = differingPaths(before.options, after.options, '');
  const asked = changed.filter((path) => !JUDGED.some((own) => path === own || path.startsWith(`${own}.`)));
  if (asked.length > 0) return { kind: 'question', what: asked };
  const same = changed.length === 0 && JSON.stringify(judging(before)) === JSON.stringify(judging(after));
  return same ? { kind: 'none' } : { kind: 'judging' };
}

function judging({ assert, pins, proves }: Probe): unknown {
  return { assert: assert.map(({ that, because, class: its }) => ({ that, because, class: its })), pins, proves };
}

/** Where two options differ, as `expect.status`; whole values where one side is no mapping. */
function differingPaths(before: Json | undefined, after: Json | undefined, path: string): readonly string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isMapping(before) || !isMapping(after)) return [path];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) =>
    differingPaths(before[name], after[name], path === '' ? name : `${path}.${name}`),
  );
}

function isMapping(value: Json | undefined): value is { readonly [key: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
