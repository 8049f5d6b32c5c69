import { quantile } from '../rig/figures.ts';
import type { Verdict } from './judge.ts';

/** One cell of the table: means per incident, and the time to the first page. */
export function summary(verdicts: readonly Verdict[]): string {
  const first = verdicts.flatMap((v) => v.firstPageMs ?? []);
  const seconds = (share: number): string => String(Math.round(quantile(first, share) / 1000));
  const pages = mean(verdicts.map((v) => v.pages)).toFixed(2);
  const wrong = mean(verdicts.map((v) => v.wrong.length)).toFixed(2);
  const missed = mean(verdicts.map((v) => v.missed.length)).toFixed(2);
  const noise = mean(verdicts.map((v) => v.noise)).toFixed(2);
  return `${pages} (${wrong}, ${noise} noise), ${missed} missed, ${seconds(0.5)}/${seconds(0.95)} s`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length);
}
