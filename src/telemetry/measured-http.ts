import type { ObservationFact } from '../model/entry.ts';

/** What kinds over HTTP and TLS measured, as far as metrics tell it. */
export interface MeasuredHttp {
  /** Of the deciding address; undefined where none answered. */
  readonly status: number | undefined;
  /** The end of each certificate that was served, in milliseconds. */
  readonly certificateEnds: readonly number[];
}

/**
 * Reads those parts of a measurement that kinds have in common: `attempts` (one an address: `address`, `status`,
 * `chain`) and `chain` (certificates with `notAfter`). A measurement is any kind's own, so nothing is trusted to
 * be there; this runs for every run of every probe, so it is written by hand.
 */
export function measuredHttp({ measured, address }: ObservationFact): MeasuredHttp {
  const attempts = records(measured?.['attempts']);
  const deciding = attempts.find((attempt) => attempt['address'] === address) ?? attempts[0];
  const status = deciding?.['status'];
  const chains = [measured?.['chain'], ...attempts.map((attempt) => attempt['chain'])];
  const ends = chains.flatMap(records).map((certificate) => certificate['notAfter']);
  return {
    status: typeof status === 'number' ? status : undefined,
    certificateEnds: ends.filter((end): end is number => typeof end === 'number' && Number.isFinite(end)),
  };
}

function records(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
