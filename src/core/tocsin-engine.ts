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
  capabilityStates: function* (state) {
    for (const [id, view] of capabilityViews(state)) yield [id, view.state] as const;
  },
};
