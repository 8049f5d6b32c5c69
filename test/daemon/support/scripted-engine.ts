import type { Engine } from '../../../src/core/engine.ts';
import type { Configuration } from '../../../src/model/configuration.ts';
import type { Effect } from '../../../src/model/effect.ts';
import type { Entry } from '../../../src/model/entry.ts';

/** What a scripted engine remembers: that it saw entries, and its deadlines. */
export interface ScriptState {
  readonly seen: readonly string[];
  readonly deadlines: readonly number[];
  readonly configuration: Configuration | null;
}

/** An engine that reacts to each entry as the test says; deadlines up to an entry's time are gone after it. */
export function scriptedEngine(
  react: (entry: Entry) => readonly Effect[] = () => [],
  firstDeadlines: readonly number[] = [],
): Engine<ScriptState> {
  return {
    version: 'scripted-1',
    initial: () => ({ seen: [], deadlines: firstDeadlines, configuration: null }),
    reduce: (state, entry) => ({
      effects: react(entry),
      state: {
        seen: [...state.seen, `${entry.n} ${entry.kind}`],
        deadlines: state.deadlines.filter((deadline) => deadline > entry.at),
        configuration: entry.kind === 'config' ? entry.configuration : state.configuration,
      },
    }),
    nextDeadline: (state) => (state.deadlines.length === 0 ? null : Math.min(...state.deadlines)),
    snapshot: (state) => JSON.stringify(state),
    restore: (text) => JSON.parse(text) as ScriptState,
    configuration: (state) => state.configuration,
    services: () => [],
    incidents: () => [],
    incident: () => undefined,
    retired: () => [],
    silences: () => [],
    windows: () => [],
    capabilityStates: () => [],
  };
}
