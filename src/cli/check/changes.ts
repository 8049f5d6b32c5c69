import type { ChangedEffect, Effect } from '../../core/lint/changed-impact.ts';
import { listed } from '../../core/paging/words.ts';
import { writtenDuration } from '../../core/written-duration.ts';

/** More lines than this nobody reads; JSON has all of them. */
const MOST_LINES = 40;

/**
 * What changed about who is hit, in sentences: `a failure of rekor.append now also takes down cd.deploy`. What one
 * failure does alike to several is one sentence.
 */
export function impactSentences(changes: readonly ChangedEffect[]): readonly string[] {
  const alike = new Map<string, { readonly change: ChangedEffect; readonly hits: string[] }>();
  for (const change of changes) {
    const key = JSON.stringify([change.failing, change.before, change.now]);
    const known = alike.get(key);
    if (known === undefined) alike.set(key, { change, hits: [change.hit] });
    else known.hits.push(change.hit);
  }
  const all = [...alike.values()].map(
    ({ change, hits }) => `a failure of ${change.failing} ${predicate(change, listed(hits, 6))}`,
  );
  const rest = all.length - MOST_LINES;
  return rest <= 0 ? all : [...all.slice(0, MOST_LINES), `and ${String(rest)} more of the kind: see --json`];
}

function predicate({ before, now }: ChangedEffect, hit: string): string {
  if (now === null) return `no longer ${does(before)} ${hit}`;
  if (before === null) return `now also ${does(now)} ${hit}${when(now, '')}`;
  if (before.state === now.state)
    return `now ${does(now)} ${hit}${when(now, ' at once')}, before${when(before, ' at once')}`;
  return `now ${does(now)} ${hit}${when(now, '')}, which it only ${before.state === 'degraded' ? 'degraded' : 'took down'} before`.replace(
    'only took down',
    'took down',
  );
}

function does(effect: Effect | null): string {
  return effect?.state === 'degraded' ? 'degrades' : 'takes down';
}

function when({ afterMs }: Effect, atOnce: string): string {
  return afterMs === 0 ? atOnce : ` after ${writtenDuration(afterMs)}`;
}
