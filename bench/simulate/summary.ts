import { quantile } from '../rig/figures.ts';
import type { Verdict } from './judge.ts';

/** One cell of the table: pages per incident (of them wrong; of these noise), roots missed, first page median/p95. */
export function summary(verdicts: readonly Verdict[]): string {
  const perIncident = (count: (verdict: Verdict) => number): string =>
    (verdicts.reduce((sum, v) => sum + count(v), 0) / verdicts.length).toFixed(2);
  const first = verdicts.flatMap((v) => v.firstPageMs ?? []);
  const seconds = (share: number): string => String(Math.round(quantile(first, share) / 1000));
  const pages = perIncident((v) => v.pages);
  const wrong = perIncident((v) => v.wrong.length);
  const noise = perIncident((v) => v.wrong.filter((page) => page.isNoise).length);
  const missed = perIncident((v) => v.missed.length);
  return `${pages} (${wrong}; ${noise}) −${missed} ${seconds(0.5)}/${seconds(0.95)} s`;
}
