import type { FailureClass, Mode } from '../../src/model/failure.ts';
import { luckAt, randomFor } from './random.ts';
import type { Random } from './random.ts';

/** What kind of worlds are drawn. Shares are 0 … 1. */
export interface WorldShape {
  readonly capabilities: number;
  /** Capabilities that no probe looks at. */
  readonly unprobed: number;
  /** Needs that exist and that nobody declared. */
  readonly missingEdges: number;
  /** Probes that see only whether something answers. */
  readonly shallow: number;
  readonly heartbeats: number;
  /** Times a day that a probe sees 20 s of failures that are nobody's. */
  readonly blipsPerDay: number;
  /** Runs that fail for no reason, each by itself. */
  readonly errorRate: number;
  /** How long a run waits for a target that stays silent. */
  readonly timeoutMs: number;
  /** How long a failure takes from what is needed to who needs it: at most so long in half, in most, and in all cases. */
  readonly delaysMs: readonly [half: number, most: number, all: number];
}

/** The shape of most worlds in docs/engine-simulation.md. */
export const SHAPE: WorldShape = {
  capabilities: 120,
  unprobed: 0.25,
  missingEdges: 0,
  shallow: 0.12,
  heartbeats: 0.04,
  blipsPerDay: 1,
  errorRate: 0.002,
  timeoutMs: 2000,
  delaysMs: [1000, 2000, 3000],
};

/** The same, where a silent target costs ten seconds, and trouble may take half a minute to travel on. */
export const SLOW: WorldShape = { ...SHAPE, timeoutMs: 10_000, delaysMs: [1000, 5000, 30_000] };

/** How one capability really leans on others. */
export type TrueNeed = {
  readonly declared: boolean;
  /** From the failure of what is needed to that of who needs it, and the same for the way back. */
  readonly delayMs: number;
  readonly recoveryDelayMs: number;
} & (
  | { readonly kind: 'hard' | 'soft'; readonly of: number }
  | {
      readonly kind: 'cached';
      readonly of: number;
      readonly ttlMs: number;
      readonly covers: readonly Mode[];
      /** How much longer than `ttlMs` it lives on what it holds. */
      readonly staleMs: number;
    }
  | { readonly kind: 'any'; readonly of: readonly number[] }
);

/** How somebody watches a capability. */
export interface Watch {
  readonly kind: 'deep' | 'shallow' | 'heartbeat';
  readonly everyMs: number;
  readonly phaseMs: number;
}

/** One service with one capability. */
export interface Member {
  readonly needs: readonly TrueNeed[];
  readonly watch: Watch | null;
  /** What its probe reports while something that it needs is down. */
  readonly symptom: FailureClass;
}

/** A fault: a true root. Times are milliseconds after the start. */
export interface Fault {
  readonly member: number;
  readonly from: number;
  readonly until: number;
  readonly class: FailureClass;
}

/** A world as it is, whatever was declared of it; the same for the same seed and shape. */
export interface World {
  readonly seed: number;
  readonly shape: WorldShape;
  readonly members: readonly Member[];
  /** Of each member, when its probe sees failures that are nobody's. */
  readonly blips: readonly (readonly number[])[];
  /** Before this nothing fails but by noise; and when the simulation ends at the latest. */
  readonly quietMs: number;
  readonly untilMs: number;
}

const BLIP_MS = 20_000;
const MINUTE_MS = 60_000;
/** Every probe has run, and every cache has been filled, before anything fails. */
const QUIET_MS = 15 * MINUTE_MS;
const LAYERS = [0.3, 0.2, 0.2, 0.15, 0.15] as const;
const INTERVALS_MS = [15_000, 15_000, 15_000, 30_000, 30_000, 30_000, 60_000, 60_000, 120_000, 300_000] as const;
const FAULT_CLASSES = [
  'connect.refused',
  'connect.timeout',
  'http.5xx',
  'http.5xx',
  'latency.timeout',
  'auth.unauthorized',
] as const;

/** Draws a world without its faults: those depend on what would be seen of them. */
export function drawWorld(seed: number, shape: WorldShape): World {
  const graph = randomFor(seed, 'graph');
  const watching = randomFor(seed, 'watching');
  const noise = randomFor(seed, 'noise');
  const until = QUIET_MS + 30 * MINUTE_MS;
  const layerOf = layers(shape.capabilities);
  const members = layerOf.map((layer, index): Member => {
    const needs = drawNeeds(index, layer, layerOf, shape, graph).map((need) => ({
      ...need,
      declared: graph.next() >= shape.missingEdges,
    }));
    const symptom = graph.chance(0.75) ? 'http.5xx' : 'latency.timeout';
    return { needs, watch: drawWatch(shape, watching), symptom };
  });
  const blips = members.map(() => drawBlips(shape, until, noise));
  return { seed, shape, members, blips, quietMs: QUIET_MS, untilMs: until };
}

/** One to three faults within two minutes, each lasting 3 to 8 minutes, at members that `mayFail` allows. */
export function drawFaults(world: World, mayFail: (member: number, chosen: readonly Fault[]) => boolean): Fault[] {
  const random = randomFor(world.seed, 'faults');
  const luck = random.next();
  const wanted = luck < 0.7 ? 1 : luck < 0.9 ? 2 : 3;
  const faults: Fault[] = [];
  const begin = world.quietMs + random.between(0, 2 * MINUTE_MS);
  for (let tries = 0; tries < 1000 && faults.length < wanted; tries++) {
    const member = random.between(0, world.members.length);
    const from = faults.length === 0 ? begin : begin + random.between(0, 2 * MINUTE_MS);
    const until = from + random.between(3 * MINUTE_MS, 8 * MINUTE_MS);
    const failureClass = random.pick(FAULT_CLASSES);
    if (mayFail(member, faults)) faults.push({ member, from, until, class: failureClass });
  }
  return faults;
}

/** Whether a run of a member's probe that starts now fails although the member works. */
export function isNoise(world: World, member: number, at: number): boolean {
  if (world.blips[member]?.some((from) => from <= at && at < from + BLIP_MS) === true) return true;
  return luckAt(world.seed, member, at) < world.shape.errorRate;
}

function layers(count: number): readonly number[] {
  const layerOf: number[] = [];
  for (const [layer, share] of LAYERS.entries())
    for (let n = 0; n < Math.round(share * count); n++) layerOf.push(layer);
  return layerOf.slice(0, count);
}

type Drawn = TrueNeed extends infer N ? (N extends unknown ? Omit<N, 'declared'> : never) : never;

/** Needs lead to deeper layers; one in fifty leads back up and closes a circle. */
function drawNeeds(
  index: number,
  layer: number,
  layerOf: readonly number[],
  { delaysMs }: WorldShape,
  random: Random,
): Drawn[] {
  const needs: Drawn[] = [];
  const taken = new Set([index]);
  const target = (): number => {
    const wanted = random.chance(0.02) ? layer : random.chance(0.8) ? layer + 1 : layer + 2;
    const candidates = layerOf.flatMap((l, i) => (l === wanted && !taken.has(i) ? [i] : []));
    const chosen = candidates[random.between(0, candidates.length)] ?? -1;
    taken.add(chosen);
    return chosen;
  };
  const count = layer === LAYERS.length - 1 ? 0 : random.pick([1, 2, 2, 2, 3, 3]);
  for (let n = 0; n < count; n++) {
    const of = target();
    const times = { delayMs: drawDelay(delaysMs, random), recoveryDelayMs: random.between(0, 15_000) };
    const kind = random.next();
    if (of < 0) continue;
    if (kind < 0.76) needs.push({ kind: 'hard', of, ...times });
    else if (kind < 0.84) needs.push({ kind: 'soft', of, ...times });
    else if (kind < 0.92)
      needs.push({
        kind: 'cached',
        of,
        ttlMs: random.pick([60_000, 300_000, 900_000]),
        covers: random.chance(0.5) ? ['unreachable'] : ['unreachable', 'error'],
        staleMs: random.between(0, 15_000),
        ...times,
      });
    else {
      const other = target();
      if (other >= 0) needs.push({ kind: 'any', of: [of, other], ...times });
    }
  }
  return needs;
}

function drawDelay([half, most, all]: WorldShape['delaysMs'], random: Random): number {
  const kind = random.next();
  return kind < 0.5 ? random.between(0, half) : kind < 0.85 ? random.between(half, most) : random.between(most, all);
}

function drawWatch(shape: WorldShape, random: Random): Watch | null {
  const isWatched = random.next() >= shape.unprobed;
  const kind = random.next();
  const everyMs = random.pick(INTERVALS_MS);
  const phaseMs = random.between(0, everyMs);
  if (!isWatched) return null;
  if (kind < shape.heartbeats) return { kind: 'heartbeat', everyMs, phaseMs };
  return { kind: kind < shape.heartbeats + shape.shallow ? 'shallow' : 'deep', everyMs, phaseMs };
}

function drawBlips(shape: WorldShape, untilMs: number, random: Random): number[] {
  const blips: number[] = [];
  const meanMs = 86_400_000 / shape.blipsPerDay;
  for (let at = -BLIP_MS; at < untilMs; at += -Math.log(1 - random.next()) * meanMs)
    if (at > 0) blips.push(Math.floor(at));
  return blips;
}
