import type { State } from './state.ts';
import { initialState } from './state.ts';
import { compileGraph } from './graph/graph.ts';
import { relevantTo } from './incident/relevant.ts';

/** Bumped whenever the state's shape or any decision changes: older snapshots are then not used. */
export const ENGINE_VERSION = '6';

/** The state as JSON text: maps and sets as arrays, the graph left out (it is compiled again). */
export function snapshot(state: State): string {
  return JSON.stringify({ ...state, graph: null, relevant: [] }, (_key, value: unknown) => {
    if (value instanceof Map) return { $map: [...(value as Map<unknown, unknown>)] };
    if (value instanceof Set) return { $set: [...(value as Set<unknown>)] };
    return value;
  });
}

/** The state that `snapshot` wrote. Throws where the text is not one. */
export function restore(text: string): State {
  const parsed = JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if ('$map' in value && Array.isArray(value.$map)) return new Map(value.$map as [unknown, unknown][]);
    if ('$set' in value && Array.isArray(value.$set)) return new Set(value.$set as unknown[]);
    return value;
  }) as State;
  const state: State = { ...initialState(), ...parsed };
  if (state.configuration !== null) {
    state.graph = compileGraph(state.configuration);
    state.relevant = relevantTo({
      state,
      graph: state.graph,
      configuration: state.configuration,
      now: state.at,
      effects: [],
    });
  }
  return state;
}
