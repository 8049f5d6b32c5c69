import type { Engine } from '../core/engine.ts';
import type { Log } from '../ports/log.ts';
import type { PastView, Refusal } from '../ports/daemon-view.ts';

/**
 * The whole world as it was known at a moment: the newest snapshot before it, and the entries since, reduced. Reads
 * page by page, so that a daemon goes on probing meanwhile. Refuses a moment that retention has cut off, or that
 * lies before the first entry.
 */
export async function pastState<State>(
  engine: Engine<State>,
  log: Pick<Log, 'checkpoint' | 'entriesAfter'>,
  at: number,
): Promise<PastView | Refusal> {
  const found = await log.checkpoint({ at });
  let state = found === null ? engine.initial() : engine.restore(found.snapshot.state);
  let newest: { readonly n: number; readonly at: number } | null = found?.snapshot ?? null;
  pages: for await (const page of log.entriesAfter(found?.snapshot.n ?? 0)) {
    for (const entry of page) {
      if (newest === null && (entry.n > 1 || entry.at > at)) return tooEarly(at, entry.at);
      if (entry.at > at) break pages;
      state = reduced(engine, state, entry);
      newest = entry;
    }
  }
  if (newest === null) return { kind: 'not-found', message: 'the log holds no entries yet' };
  const configuration = engine.configuration(state);
  return {
    at: newest.at,
    entries: newest.n,
    configuration,
    services: engine.services(state),
    incidents: engine.incidents(state),
  };
}

/** An entry on which the engine throws was kept and passed over when it was new; so it is now. */
function reduced<State>(engine: Engine<State>, state: State, entry: Parameters<Engine<State>['reduce']>[1]): State {
  try {
    return engine.reduce(state, entry).state;
  } catch {
    return state;
  }
}

function tooEarly(at: number, first: number): Refusal {
  const begins = new Date(first).toISOString();
  return {
    kind: 'not-found',
    message: `nothing is known of ${new Date(at).toISOString()}: the log begins at ${begins}`,
  };
}
