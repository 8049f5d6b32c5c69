import { DecideAgain } from '../../core/replay/decide-again.ts';
import type { Difference } from '../../core/replay/decide-again.ts';
import { pagesOf } from '../../core/replay/pages.ts';
import type { DecidedPage } from '../../core/replay/pages.ts';
import { engine } from '../../core/tocsin-engine.ts';
import type { Sha256 } from '../../model/ids.ts';
import { entriesWithDecisions, recordedFrom, startOf } from './history.ts';
import type { History, Span } from './history.ts';
import { sha256 } from '../sha256.ts';

/** What came of deciding a history again. */
export interface Replayed {
  readonly same: boolean;
  /** Entries that were decided again. */
  readonly entries: number;
  /** Times of the first and the last of them; null for none. */
  readonly from: number | null;
  readonly to: number | null;
  /** Pages as they were decided now: the very ones that were sent, where `same`. */
  readonly pages: readonly DecidedPage[];
  /** Every incident that anything was decided about. */
  readonly incidents: ReadonlySet<string>;
  /** Where it parted first; decisions after it are not looked at. */
  readonly difference?: Difference;
  /** The rolling hash over all decisions, recorded and now, where the history was read to its end. */
  readonly decisionHash: { readonly recorded: Sha256 | null; readonly now: Sha256 | null };
  /** SHA-256 of the engine's state at the end. */
  readonly stateHash: Sha256;
}

/**
 * Decides every entry of a history again and compares decision by decision with what was decided then. Reads
 * only; memory does not grow with the history. Rejects with LogError or ReplayError.
 */
export async function replay(history: History, span: Span = {}): Promise<Replayed> {
  const start = await startOf(history, span);
  const again = new DecideAgain(engine, sha256, start, await recordedFrom(history));
  const pages: DecidedPage[] = [];
  const incidents = new Set<string>();
  let entries = 0;
  let from: number | null = null;
  let to: number | null = null;
  let difference: Difference | undefined;
  for await (const [entry, recorded] of entriesWithDecisions(history, start.afterN, span.to)) {
    const taken = again.take(entry, recorded);
    difference = taken.difference;
    entries++;
    for (const effect of taken.effects) incidents.add(effect.incident);
    if (entry.at >= (span.from ?? -Infinity)) {
      from ??= entry.at;
      if (taken.effects.length > 0) pages.push(...pagesOf({ ...entry, effects: taken.effects }));
    }
    to = entry.at;
    if (difference !== undefined) break;
  }
  const whole = span.to === undefined && difference === undefined;
  const decisionHash = { recorded: whole ? history.recovered.decisionHash : null, now: again.decisionHash };
  return {
    same: difference === undefined && (!whole || endsAlike(decisionHash)),
    entries,
    from,
    to,
    pages,
    incidents,
    ...(difference === undefined ? {} : { difference }),
    decisionHash,
    stateHash: sha256(engine.snapshot(again.state)),
  };
}

/** A hash that nobody knows cannot differ: the decisions themselves were compared. */
function endsAlike({ recorded, now }: Replayed['decisionHash']): boolean {
  return recorded === null || now === null || recorded === now;
}
