import type { Engine } from './engine.ts';
import { nextDeadline, reduce } from './reduce.ts';
import { ENGINE_VERSION, restore, snapshot } from './snapshot.ts';
import { initialState } from './state.ts';
import type { State } from './state.ts';
import { capabilityViews, incidentView, incidentViews, serviceViews } from './views.ts';

/** The engine that the daemon runs, and that replay runs again. */
export const engine: Engine<State> = {
  version: ENGINE_VERSION,
  initial: initialState,
  reduce,
  nextDeadline,
  snapshot,
  restore,
  configuration: (state) => state.configuration,
  services: serviceViews,
  incidents: incidentViews,
  incident: incidentView,
  retired: (state) => [...state.retired.values()],
  silences: (state) =>
    notEnded(state, state.silences).map(({ id, match, until, reason, by }) => ({ id, match, until, reason, by })),
  windows: (state) =>
    notEnded(state, state.windows).map(({ id, services, from, until, reason }) => ({
      id,
      services,
      from,
      until,
      reason,
    })),
  capabilityStates: function* (state) {
    for (const [id, view] of capabilityViews(state)) yield [id, view.state] as const;
  },
};

function notEnded<Ending extends { readonly until: number }>(
  { at }: State,
  all: ReadonlyMap<string, Ending>,
): readonly Ending[] {
  return [...all.values()].filter(({ until }) => until > at).sort((a, b) => a.until - b.until);
}
