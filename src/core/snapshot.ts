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
  const parsed = revived(JSON.parse(text)) as State;
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

/**
 * Makes maps and sets of what `snapshot` made of them, in place. A walk of our own: `JSON.parse` with a reviver takes
 * four times as long, and a moment of the past begins with this.
 */
function revived(value: unknown): unknown {
  if (!isObject(value)) return value;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) if (isObject(value[at])) value[at] = revived(value[at]);
    return value;
  }
  for (const key in value) if (isObject(value[key])) value[key] = revived(value[key]);
  if (Array.isArray(value['$map'])) return new Map(value['$map'] as [unknown, unknown][]);
  if (Array.isArray(value['$set'])) return new Set(value['$set']);
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
