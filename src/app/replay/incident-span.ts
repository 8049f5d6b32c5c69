import { ReplayError } from './history.ts';
import type { History } from './history.ts';

/** Kept before and after an incident: what led to it, and whether it stayed well. */
const AROUND_MS = 1_800_000;

/** When an incident was: its onset, the last that was decided about it, and what is kept around both. */
export interface IncidentSpan {
  readonly from: number;
  readonly to: number;
  readonly onset: number;
  readonly last: number;
}

/**
 * The time around an incident: half an hour before its onset to half an hour after the last that was decided about
 * it. Rejects with `no-incident` where the log decided nothing about it.
 */
export async function spanOfIncident(history: Pick<History, 'decidedAfter'>, incident: string): Promise<IncidentSpan> {
  let onset = Infinity;
  let last: number | null = null;
  const known = new Set<string>();
  for await (const page of history.decidedAfter(0)) {
    for (const { at, effects } of page) {
      for (const effect of effects) known.add(effect.incident);
      const own = effects.filter((effect) => effect.incident === incident);
      if (own.length === 0) continue;
      last = at;
      onset = Math.min(onset, at);
      for (const effect of own)
        if (effect.kind === 'notify' && effect.notification.incident !== null)
          onset = Math.min(onset, Date.parse(effect.notification.incident.startedAt));
    }
  }
  if (last !== null) return { from: onset - AROUND_MS, to: last + AROUND_MS, onset, last };
  const names = [...known].slice(-10).join(', ');
  throw new ReplayError(
    'no-incident',
    `the log decided nothing about an incident ${incident}${names === '' ? '' : `; the newest it knows: ${names}`}`,
  );
}
