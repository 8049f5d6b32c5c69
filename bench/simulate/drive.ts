import { engine } from '../../src/core/tocsin-engine.ts';
import type { Probe } from '../../src/model/configuration.ts';
import type { Effect } from '../../src/model/effect.ts';
import type { Entry, Fact, ObservationFact } from '../../src/model/entry.ts';
import type { NotifiedIncident } from '../../src/model/notification.ts';
import type { RunCause } from '../../src/model/run.ts';
import type { Sha256 } from '../../src/model/ids.ts';
import { capabilityOf, declare, memberOf } from './declare.ts';
import type { Rules } from './declare.ts';
import { EventQueue } from './event-queue.ts';
import { look } from './sight.ts';
import type { Truth } from './truth.ts';
import type { Watch } from './world.ts';

/** A page that was sent; `at` in milliseconds after the start. */
export interface Page {
  readonly at: number;
  readonly incident: NotifiedIncident;
  readonly reason: string;
}

/** What went on, for whoever wants to look at a single run. */
export type Listener = (at: number, what: { entry: Entry; effects: readonly Effect[] }) => void;

/** Where simulated time begins on the entries' clock. */
const START_AT = Date.UTC(2026, 0, 5, 9, 0, 0);

type Planned =
  | { readonly kind: 'scheduled'; readonly member: number; readonly watch: Watch }
  | { readonly kind: 'beat'; readonly member: number; readonly watch: Watch }
  | { readonly kind: 'asked'; readonly member: number }
  | { readonly kind: 'ended'; readonly member: number; readonly fact: ObservationFact };

/** A probe as its scheduler sees it. */
interface Lane {
  readonly probe: Probe;
  isRunning: boolean;
  /** Runs that were asked for and have not begun. */
  requests: { readonly notBefore: number; readonly cause: RunCause; readonly timeoutMs: number | undefined }[];
}

/** Plays a daemon with these rules in a world, on simulated time around the real reducer; gives its pages. */
export function drive(truth: Truth, rules: Rules, listener?: Listener): readonly Page[] {
  const configuration = declare(truth.world, rules);
  const lanes = new Map<number, Lane>(
    configuration.probes.map((probe) => [memberOf(probe.id), { probe, isRunning: false, requests: [] }]),
  );
  const queue = new EventQueue<Planned>();
  const pages: Page[] = [];
  let state = engine.initial();
  let n = 0;

  const append = (fact: Fact, at: number): void => {
    const entry: Entry = { ...fact, n: ++n, at: START_AT + at };
    const turn = engine.reduce(state, entry);
    state = turn.state;
    for (const effect of turn.effects) obey(effect, at);
    listener?.(at, { entry, effects: turn.effects });
  };

  const obey = (effect: Effect, at: number): void => {
    if (effect.kind === 'notify' && effect.notification.event === 'page' && effect.notification.incident !== null)
      pages.push({ at, incident: effect.notification.incident, reason: effect.notification.reason });
    if (effect.kind !== 'reprobe') return;
    const member = memberOf(effect.probe);
    const notBefore = Math.max(at, effect.notBefore - START_AT);
    const lane = lanes.get(member);
    if (lane === undefined || lane.requests.some((r) => r.notBefore === notBefore)) return;
    lane.requests.push({ notBefore, cause: effect.cause, timeoutMs: effect.timeoutMs });
    queue.add(notBefore, { kind: 'asked', member });
  };

  /** Any run that starts in time answers every request made before. */
  const start = (member: number, lane: Lane, cause: RunCause, timeoutMs: number, at: number): void => {
    lane.isRunning = true;
    lane.requests = lane.requests.filter((r) => r.notBefore > at);
    const { failed, ms } = look(truth, member, at, timeoutMs);
    queue.add(at + ms, { kind: 'ended', member, fact: observation(lane.probe, member, cause, at, at + ms, failed) });
  };

  const startAsked = (member: number, lane: Lane, at: number): void => {
    const due = lane.requests.find((r) => r.notBefore <= at);
    if (due === undefined || lane.isRunning) return;
    start(member, lane, due.cause, Math.min(due.timeoutMs ?? Infinity, lane.probe.timeoutMs), at);
  };

  const happen = (what: Planned, at: number): void => {
    const lane = lanes.get(what.member);
    if (lane === undefined) return;
    switch (what.kind) {
      case 'scheduled':
        queue.add(at + what.watch.everyMs, what);
        if (!lane.isRunning) start(what.member, lane, 'schedule', lane.probe.timeoutMs, at);
        return;
      case 'beat': {
        queue.add(at + what.watch.everyMs, what);
        if (look(truth, what.member, at, lane.probe.timeoutMs).failed === null)
          append(observation(lane.probe, what.member, 'pushed', at, at, null), at);
        return;
      }
      case 'asked':
        startAsked(what.member, lane, at);
        return;
      case 'ended':
        lane.isRunning = false;
        append(what.fact, at);
        startAsked(what.member, lane, at);
        return;
      default:
        what satisfies never;
    }
  };

  append({ kind: 'start', lastAt: null, reason: 'start', wallAt: START_AT }, 0);
  append({ kind: 'config', configuration }, 0);
  for (const [member, { watch }] of truth.world.members.entries())
    if (watch !== null)
      queue.add(watch.phaseMs, { kind: watch.kind === 'heartbeat' ? 'beat' : 'scheduled', member, watch });
  for (;;) {
    const due = (engine.nextDeadline(state) ?? Infinity) - START_AT;
    const at = Math.min(due, queue.nextAt);
    if (at > truth.measured.until) return pages;
    if (due < queue.nextAt) append({ kind: 'tick' }, due);
    else {
      const next = queue.take();
      if (next !== undefined) happen(next.what, next.at);
    }
  }
}

function observation(
  probe: Probe,
  member: number,
  cause: RunCause,
  startedAt: number,
  endedAt: number,
  failed: ObservationFact['class'] | null,
): ObservationFact {
  const about = [capabilityOf(member)];
  const hasFailed = failed !== null && failed !== undefined;
  return {
    kind: 'observation',
    probe: probe.id,
    location: 'local',
    cause,
    startedAt: START_AT + startedAt,
    endedAt: START_AT + endedAt,
    outcome: hasFailed ? 'fail' : 'pass',
    ...(hasFailed ? { class: failed, message: `saw ${failed}` } : {}),
    proven: hasFailed ? [] : about,
    against: hasFailed ? about : [],
    warnings: [],
    factsHash: '0' as Sha256,
    facts: {},
  };
}
