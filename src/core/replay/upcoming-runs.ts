import type { Entry, ObservationFact } from '../../model/entry.ts';
import type { ProbeId } from '../../model/ids.ts';

/** How far ahead runs are known. A re-run that was asked for and made, was made by then. */
const AHEAD_MS = 30_000;

/** An entry of the log, and what its run is under the new rules; null where they would not have made it. */
export interface Retold {
  readonly entry: Entry;
  readonly run: ObservationFact | null;
  /** Nobody can tell how the new rules would have judged the run. */
  readonly isAssumed: boolean;
}

/**
 * A log read a little ahead of what is decided, so that one can tell whether a run that is asked for now was
 * made, and what the next one saw. Bounded by time: what it holds is half a minute of entries.
 */
export class UpcomingRuns {
  #items: Retold[] = [];
  #next = 0;
  readonly #runs = new Map<ProbeId, ObservationFact[]>();

  /** Takes the next entry of the log; gives those that are far enough behind it to be decided, in order. */
  *push(item: Retold): Generator<Retold> {
    this.#items.push(item);
    const { run } = item;
    if (run !== null) this.#runs.set(run.probe, [...(this.#runs.get(run.probe) ?? []), run]);
    yield* this.#until(item.entry.at - AHEAD_MS);
  }

  /** The rest, at the end of the log. */
  *rest(): Generator<Retold> {
    yield* this.#until(Infinity);
  }

  /** Whether a run of the probe begins within the span (inclusive) among what is still to be decided. */
  has(probe: ProbeId, from: number, to: number): boolean {
    return this.#runs.get(probe)?.some(({ startedAt }) => startedAt >= from && startedAt <= to) ?? false;
  }

  /** The probe's next run that is still to be decided, as far as it is known. */
  nextOf(probe: ProbeId): ObservationFact | undefined {
    return this.#runs.get(probe)?.[0];
  }

  *#until(at: number): Generator<Retold> {
    for (
      let item = this.#items[this.#next];
      item !== undefined && item.entry.at <= at;
      item = this.#items[this.#next]
    ) {
      this.#next++;
      if (item.run !== null) this.#forget(item.run);
      yield item;
    }
    // Cut now and then: taking from the front of a long list each time would cost its length.
    if (this.#next < 4096 && this.#next < this.#items.length) return;
    this.#items = this.#items.slice(this.#next);
    this.#next = 0;
  }

  #forget(run: ObservationFact): void {
    const left = this.#runs.get(run.probe)?.slice(1) ?? [];
    if (left.length === 0) this.#runs.delete(run.probe);
    else this.#runs.set(run.probe, left);
  }
}
