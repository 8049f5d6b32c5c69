import { modeOf } from '../../src/core/detect/classes.ts';
import type { FailureClass, Mode } from '../../src/model/failure.ts';
import { EventQueue } from './event-queue.ts';
import { drawFaults } from './world.ts';
import type { Fault, TrueNeed, World } from './world.ts';

/** A time in which a member really does not work. */
export interface Outage {
  readonly from: number;
  readonly until: number;
  readonly class: FailureClass;
  /** Whether it is broken itself, or hit through what it needs. */
  readonly isOwn: boolean;
}

/** What really goes on: who is broken, and who is hit when. */
export interface Truth {
  readonly world: World;
  readonly faults: readonly Fault[];
  /** By member. */
  readonly outages: readonly (readonly Outage[])[];
  /** From the first fault to three minutes after everything works again: what is sent in this time is counted. */
  readonly measured: { readonly from: number; readonly until: number };
}

const AFTERMATH_MS = 180_000;

/** Draws the faults: none lies in the reach of another, and each is seen by somebody. */
export function drawTruth(world: World): Truth {
  const reach = (member: number): ReadonlySet<number> =>
    new Set(spread(world, [{ member, from: 0, until: Infinity, class: 'http.5xx' }]).keys());
  const faults = drawFaults(world, (member, chosen) => {
    const hit = reach(member);
    if (chosen.some((fault) => hit.has(fault.member) || reach(fault.member).has(member))) return false;
    return [...hit].some((h) => {
      const watch = world.members[h]?.watch ?? null;
      return watch?.kind === 'deep';
    });
  });
  const outages: Outage[][] = world.members.map(() => []);
  // Each alone, and all together: a redundancy may stand against one and fall to two.
  const groups = faults.length > 1 ? [...faults.map((f) => [f]), faults] : [faults];
  for (const group of groups) for (const [member, outage] of spread(world, group)) outages[member]?.push(outage);
  const from = Math.min(...faults.map((f) => f.from));
  const until = Math.max(...outages.flatMap((list) => list.map((o) => o.until))) + AFTERMATH_MS;
  return { world, faults, outages, measured: { from, until: Math.min(until, world.untilMs) } };
}

/** Whether a member is down at a time, and how it shows. */
export function outageAt(truth: Truth, member: number, at: number): Outage | undefined {
  return truth.outages[member]?.find((o) => o.from <= at && at < o.until);
}

interface Arrival {
  readonly member: number;
  readonly outage: Outage;
}

/** Lets faults travel along every need there is, in the order of time. */
function spread(world: World, faults: readonly Fault[]): ReadonlyMap<number, Outage> {
  const dependents = dependentsIn(world);
  const queue = new EventQueue<Arrival>();
  for (const fault of faults)
    queue.add(fault.from, {
      member: fault.member,
      outage: { from: fault.from, until: fault.until, class: fault.class, isOwn: true },
    });
  const hit = new Map<number, Outage>();
  for (let next = queue.take(); next !== undefined; next = queue.take()) {
    const { member, outage } = next.what;
    if (hit.has(member)) continue;
    hit.set(member, outage);
    for (const { by, need } of dependents[member] ?? []) {
      const from = arrivalOf(need, outage, hit);
      const until = outage.until + need.recoveryDelayMs;
      if (from === undefined || from >= until) continue;
      const symptom = world.members[by]?.symptom ?? 'http.5xx';
      queue.add(from, { member: by, outage: { from, until, class: symptom, isOwn: false } });
    }
  }
  return hit;
}

function arrivalOf(need: TrueNeed, outage: Outage, hit: ReadonlyMap<number, Outage>): number | undefined {
  switch (need.kind) {
    case 'hard':
      return outage.from + need.delayMs;
    case 'soft':
      return undefined;
    case 'cached': {
      const isCovered = need.covers.includes(modeOf(outage.class) satisfies Mode);
      const warmMs = isCovered ? need.ttlMs + need.staleMs : 0;
      // A cache that outlives the outage is never missed.
      return outage.from + warmMs >= outage.until ? undefined : outage.from + warmMs + need.delayMs;
    }
    case 'any':
      return need.of.every((m) => hit.has(m)) ? outage.from + need.delayMs : undefined;
    default:
      return need satisfies never;
  }
}

function dependentsIn(world: World): readonly { readonly by: number; readonly need: TrueNeed }[][] {
  const dependents: { by: number; need: TrueNeed }[][] = world.members.map(() => []);
  for (const [by, { needs }] of world.members.entries())
    for (const need of needs)
      for (const of of need.kind === 'any' ? need.of : [need.of]) dependents[of]?.push({ by, need });
  return dependents;
}
