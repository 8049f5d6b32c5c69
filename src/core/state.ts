import type { Channel, Configuration } from '../model/configuration.ts';
import type { Command } from '../model/entry.ts';
import type { Effect } from '../model/effect.ts';
import type { CapabilityId, ChannelId, IncidentId, ProbeId, ServiceId } from '../model/ids.ts';
import type { FactValue } from '../model/run.ts';
import type { Graph } from './graph/graph.ts';
import type { Incident } from './incident/incident.ts';
import type { ProbeState } from './detect/probe-state.ts';

/** An announced change, kept for a day. */
export interface KnownChange {
  readonly at: number;
  readonly service: ServiceId;
  readonly summary: string;
  readonly by?: string;
  readonly url?: string;
}

/** A fact that changed. */
export interface KnownDrift {
  readonly at: number;
  readonly probe: ProbeId;
  readonly fact: string;
  readonly before: FactValue | null;
  readonly after: FactValue | null;
}

/** A probe asked to run for others: when last, and whether the second run of the pair is still to be asked for. */
export interface Ask {
  askedAt: number;
  second: boolean;
}

/** A planned window, from the configuration, the API or a calendar. */
export interface Window {
  readonly id: string;
  readonly services: readonly ServiceId[];
  readonly from: number;
  readonly until: number;
  readonly reason: string;
  /** Affected owners who heard of it, once each. */
  noticed: readonly string[];
}

/** A silence: mutes the matched owner's notifications until its end. */
export type Silence = Extract<Command, { kind: 'silence' }>;

/**
 * Everything the engine knows. It is owned by the reducer, which changes it in place: copying ten thousand
 * probes for each entry would cost more than deciding. Whoever hands a state to `reduce` gives it away.
 */
export interface State {
  n: number;
  at: number;
  configuration: Configuration | null;
  graph: Graph | null;
  readonly probes: Map<ProbeId, ProbeState>;
  /** Open and pending ones, and the last closed ones for showing. */
  readonly incidents: Map<IncidentId, Incident>;
  readonly generations: Map<string, number>;
  /** When each root, by its id, last opened incidents; for telling that it flaps. */
  readonly openings: Map<string, readonly number[]>;
  readonly asks: Map<ProbeId, Ask>;
  readonly windows: Map<string, Window>;
  readonly silences: Map<string, Silence>;
  /** Channels that left the configuration, and when: resolves still go by them for a while. */
  readonly retired: Map<ChannelId, { readonly channel: Channel; readonly at: number }>;
  changes: readonly KnownChange[];
  drifts: readonly KnownDrift[];
  /** Which probes share a certificate authority, a resolver, an address prefix, a place that they are seen from. */
  readonly factorUsers: Map<string, Set<ProbeId>>;
  /** Places that results come from, other than here: when last, and of which probes. */
  readonly places: Map<string, { heardAt: number; readonly probes: Set<ProbeId> }>;
  /** Anchor checks in a row that nobody answered (engine: is it us?). */
  unansweredAnchors: number;
  /** When the daemon first started on this log: heartbeats are counted from here before the first beat. */
  firstStartAt: number | null;
  /** Earliest moment at which a probe's evidence may run out; a lower bound. */
  staleAt: number | null;
  /** Earliest moment at which an incident may have to be looked at again. */
  wakeAt: number | null;
  /** When incidents were last brought in line with what fails. */
  settledAt: number;
  /** Capabilities whose evidence matters to an open or pending incident. */
  relevant: Set<CapabilityId>;
  /** Probes that fail or are suspected, so that diagnosis need not look at the rest; sorted when read. */
  readonly troubled: Set<ProbeId>;
}

/** A state that has seen nothing. */
export function initialState(): State {
  return {
    n: 0,
    at: 0,
    configuration: null,
    graph: null,
    probes: new Map(),
    incidents: new Map(),
    generations: new Map(),
    openings: new Map(),
    asks: new Map(),
    windows: new Map(),
    silences: new Map(),
    retired: new Map(),
    changes: [],
    drifts: [],
    factorUsers: new Map(),
    places: new Map(),
    unansweredAnchors: 0,
    firstStartAt: null,
    staleAt: null,
    wakeAt: null,
    settledAt: 0,
    relevant: new Set(),
    troubled: new Set(),
  };
}

/** One turn of the reducer: the state, its graph and configuration, the time, and where effects go. */
export interface Turn {
  readonly state: State;
  readonly graph: Graph;
  readonly configuration: Configuration;
  readonly now: number;
  readonly effects: Effect[];
}
