/** Where an id falls in [0, 1): the same on every start and every host (FNV-1a with Murmur3's finish). */
export function phaseOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** The first time after `after` at which something with this phase and interval is due; integer milliseconds. */
export function nextInPhase(phase: number, everyMs: number, after: number): number {
  const offset = Math.floor(phase * everyMs);
  return after + everyMs - ((((after - offset) % everyMs) + everyMs) % everyMs);
}
