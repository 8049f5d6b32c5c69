import { describe, expect, test } from 'vitest';
import { capabilityOf } from '../../bench/simulate/declare.ts';
import type { Verdict } from '../../bench/simulate/judge.ts';
import { play } from '../../bench/simulate/play.ts';
import { ROWS } from '../../bench/simulate/rows.ts';

/** A fixed small set: the table of docs/engine-simulation.md takes many more. */
const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);

/**
 * What is not right yet, by row and seed: capabilities that a page names wrongly (those of noise left out: a blip
 * of 20 s is one run more or less away from a page), and roots that no page names (`-`). Lines may only go.
 */
const KNOWN: readonly Readonly<Record<number, readonly string[]>>[] = [{}, {}, {}, {}];

/** Pages and wrong pages per incident over these seeds, at most. */
const AT_MOST = [
  { pages: 2, wrong: 0.6 },
  { pages: 2, wrong: 0.6 },
  { pages: 3, wrong: 1.6 },
  { pages: 2, wrong: 0.6 },
] as const;

describe.each(ROWS.map((row, index) => ({ row, index })))('$row.name', ({ row, index }) => {
  const verdicts = SEEDS.map((seed) => ({ seed, verdict: play(row, seed).engine }));

  test('no page is wrong and no root missed where it was right before', () => {
    const found = Object.fromEntries(
      verdicts.flatMap(({ seed, verdict }) => {
        const known = new Set(KNOWN[index]?.[seed] ?? []);
        const fresh = faultsOf(verdict).filter((fault) => !known.has(fault));
        return fresh.length === 0 ? [] : [[seed, fresh]];
      }),
    );
    expect(found).toEqual({});
  });

  test('there are no more pages, and no more wrong ones, than there were', () => {
    const perIncident = (count: (verdict: Verdict) => number): number =>
      verdicts.reduce((sum, { verdict }) => sum + count(verdict), 0) / verdicts.length;
    expect(perIncident((v) => v.pages)).toBeLessThanOrEqual(AT_MOST[index]?.pages ?? 0);
    expect(perIncident((v) => v.wrong.length)).toBeLessThanOrEqual(AT_MOST[index]?.wrong ?? 0);
  });
});

function faultsOf(verdict: Verdict): readonly string[] {
  const wrong = verdict.wrong.filter((page) => !page.isNoise).map((page) => page.members.map(capabilityOf).join(' '));
  return [...new Set([...wrong, ...verdict.missed.map((member) => `-${capabilityOf(member)}`)])].sort();
}
