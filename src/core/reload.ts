import type { Configuration, Probe } from '../model/configuration.ts';
import type { Effect } from '../model/effect.ts';
import { freshUntil } from './detect/observe.ts';
import { countsAsFailing, freshProbeState, track } from './detect/probe-state.ts';
import type { ProbeState } from './detect/probe-state.ts';
import { indexFactors } from './diagnose/factors.ts';
import { capabilitiesOfProbe, compileGraph } from './graph/graph.ts';
import type { Graph } from './graph/graph.ts';
import { isLive } from './incident/incident.ts';
import { settle } from './incident/settle.ts';
import type { State, Window } from './state.ts';

/** A channel that left the configuration still delivers what it owes for so long. */
const RETIRED_MS = 7 * 86_400_000;

/**
 * A configuration takes effect. State is keyed by probe id; a new probe, or one whose own options changed, is
 * unknown. It resolves nothing but what it removes; deadlines take their new values, never earlier than now.
 */
export function reload(state: State, configuration: Configuration, at: number, effects: Effect[]): void {
  const before = state.graph;
  const graph = compileGraph(configuration);
  // A list of its own: what is dropped may be added again.
  const knownBefore = [...state.probes.values()];
  for (const known of knownBefore) {
    const probe = graph.probes.get(known.id);
    const old = before?.probes.get(known.id);
    if (probe?.enabled === true && old !== undefined && isSame(old, probe)) moveDeadline(state, known, old, probe, at);
    else drop(state, known, probe);
  }
  for (const probe of configuration.probes) if (probe.enabled && !state.probes.has(probe.id)) enrol(state, probe, at);
  planWindows(state, configuration);
  moveReminders(state, configuration, at);
  retireChannels(state, configuration, at);
  state.configuration = configuration;
  state.graph = graph;
  reindex(state, graph);
  settle({ state, graph, configuration, now: at, effects });
}

function isSame(old: Probe, probe: Probe): boolean {
  return old.optionsHash === probe.optionsHash && JSON.stringify(old.proves) === JSON.stringify(probe.proves);
}

/** A failing probe whose options changed is not forgiven: it stays with its incident until it has been run again. */
function drop(state: State, known: ProbeState, probe: Probe | undefined): void {
  state.probes.delete(known.id);
  state.troubled.delete(known.id);
  state.asks.delete(known.id);
  if (probe?.enabled !== true || !countsAsFailing(known) || known.failure === null) return;
  const kept: ProbeState = {
    ...freshProbeState(known.id),
    status: 'failing',
    stale: true,
    failure: { ...known.failure, against: capabilitiesOfProbe(probe) },
    since: known.since,
  };
  state.probes.set(known.id, kept);
  track(state.troubled, kept);
}

/** Evidence lasts as long as the new schedule says: a slower probe is not unwatched until its next run. */
function moveDeadline(state: State, known: ProbeState, old: Probe, probe: Probe, at: number): void {
  const isUnchanged =
    old.timeoutMs === probe.timeoutMs && JSON.stringify(old.schedule) === JSON.stringify(probe.schedule);
  if (isUnchanged || known.freshUntil === null || known.lastEndedAt === null) return;
  known.freshUntil = Math.max(at, freshUntil(probe, { endedAt: known.lastEndedAt }));
  noteDeadline(state, known.freshUntil);
}

/** Heartbeats are counted from our first start, but a beat cannot be overdue before it was asked for. */
function enrol(state: State, probe: Probe, at: number): void {
  const fresh = freshProbeState(probe.id);
  state.probes.set(probe.id, fresh);
  if (probe.schedule.kind !== 'pushed') return;
  const { everyMs, graceMs } = probe.schedule;
  const sinceStart = (state.firstStartAt ?? at) + everyMs + graceMs;
  fresh.freshUntil = sinceStart > at ? sinceStart : at + everyMs + graceMs;
  noteDeadline(state, fresh.freshUntil);
}

function noteDeadline(state: State, at: number): void {
  if (state.staleAt === null || at < state.staleAt) state.staleAt = at;
}

/** Windows of the file replace those of the file before; who heard of one that stays does not hear again. */
function planWindows(state: State, { maintenance }: Configuration): void {
  const before = [...state.windows.values()].filter((w) => w.id.startsWith('file:'));
  for (const { id } of before) state.windows.delete(id);
  for (const [index, planned] of maintenance.entries()) {
    if (planned.kind !== 'once') continue;
    const { services, from, until, reason } = planned;
    const same = before.find((w) => w.from === from && w.until === until && w.services.join() === services.join());
    const window: Window = {
      id: `file:${String(index)}`,
      services,
      from,
      until,
      reason,
      noticed: same?.noticed ?? [],
    };
    state.windows.set(window.id, window);
  }
}

/** What was told by a channel is resolved by it, whatever a reload did since; but not for ever. */
function retireChannels(state: State, { channels }: Configuration, at: number): void {
  const declared = new Set(channels.map(({ id }) => id));
  for (const channel of state.configuration?.channels ?? [])
    if (!declared.has(channel.id)) state.retired.set(channel.id, { channel, at });
  for (const [id, retired] of state.retired)
    if (declared.has(id) || at - retired.at > RETIRED_MS) state.retired.delete(id);
}

function moveReminders(state: State, { remindMs }: Configuration, at: number): void {
  const laterMs = remindMs - (state.configuration?.remindMs ?? remindMs);
  for (const incident of state.incidents.values())
    if (isLive(incident) && incident.remindAt !== null) incident.remindAt = Math.max(at, incident.remindAt + laterMs);
}

function reindex(state: State, graph: Graph): void {
  state.factorUsers.clear();
  for (const probe of state.probes.values()) indexFactors(state, graph, probe, () => undefined);
}
