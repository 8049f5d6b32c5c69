import type { ObservationFact } from '../../model/entry.ts';
import type { Json } from '../../model/run.ts';
import type { Difference } from './difference.ts';

/** An observation with its number and time. */
export type Observation = ObservationFact & { readonly n: number; readonly at: number };

/**
 * What an observation's own row may say where it differs from its form: whole values, and of what is large
 * and repeats the difference from the page's last run of the same form (the form's example for the first).
 */
export interface Rest {
  readonly cause?: Json;
  readonly message?: Json;
  readonly warnings?: Json;
  readonly nextDueAt?: Json;
  readonly measured?: Difference;
  readonly seen?: { readonly evidence?: Difference; readonly steps?: Difference };
  /** Whole, as the first version wrote them. */
  readonly evidence?: Json;
  readonly steps?: Json;
}

/**
 * Entries side by side, column by column, as one JSON text: the shape in which segments, blocks and loose
 * observations are stored and travel between threads. JSON, because its parser is native; columns, because
 * numbers in a row parse and deflate several times as well as the same numbers in objects.
 *
 * An entry is one of three, by its number in `form`: 0 is an entry kept whole; above 0 an observation like
 * the form `contents[form - 1]`; below 0 a config entry whose configuration is `contents[-form - 1]`. What an
 * entry does not share with its form is `values[rest - 1]`: for an observation a Rest (none where `rest` is
 * 0), for the others the entry. The columns from `n` on have a value for each observation only.
 */
export interface Page {
  /** Ids of the contents that the page needs. */
  readonly contents: readonly number[];
  readonly form: readonly number[];
  readonly rest: readonly number[];
  /** Each value once, however many entries have it. */
  readonly values: readonly (Rest | Json)[];
  /** Each less the one before it. */
  readonly n: readonly number[];
  readonly at: readonly number[];
  /** `at - startedAt`, and `at - endedAt`. */
  readonly started: readonly number[];
  readonly ended: readonly number[];
  /** For each run as many as its form has phases, times `scale`: whole numbers parse faster than fractions. */
  readonly phases: readonly number[];
  /** 10 where every phase is in tenths of a millisecond, as it should be; else 1. */
  readonly scale: 1 | 10;
}
