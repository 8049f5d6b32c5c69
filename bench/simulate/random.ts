/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** In [0, 1). */
  readonly next: () => number;
  /** A whole number in [from, until). */
  readonly between: (from: number, until: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(list: readonly [T, ...T[]]) => T;
}

/** A generator of its own for each purpose, so that a change in one part of a world leaves the others as they were. */
export function randomFor(seed: number, purpose: string): Random {
  let s = hashOf(purpose, seed);
  // Mulberry32.
  const next = (): number => {
    s = (s + 0x6d2b79f5) | 0;
    return scatter(s) / 4_294_967_296;
  };
  const between = (from: number, until: number): number => from + Math.floor(next() * (until - from));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (list) => list[between(0, list.length)] ?? list[0],
  };
}

/** A number in [0, 1) that belongs to a place and a time: whoever looks there and then sees the same. */
export function luckAt(seed: number, place: number, at: number): number {
  return scatter(scatter(seed ^ Math.imul(place + 1, 0x9e3779b1)) ^ Math.imul(at + 1, 0x85ebca6b)) / 4_294_967_296;
}

function scatter(s: number): number {
  let t = Math.imul(s ^ (s >>> 15), 1 | s);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return (t ^ (t >>> 14)) >>> 0;
}

/** FNV-1a. */
function hashOf(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return scatter(hash | 0);
}
