import type { IsSteady } from '../core/judge/kept-measured.ts';
import type { ProbeId } from '../model/ids.ts';

/** A text as remembered: its hash, and whether it was another one in the run before. */
interface Known {
  readonly hash: number;
  readonly wasNew: boolean;
}

/**
 * Which of the longer texts that each probe's runs bring are new every time. Of places and texts only hashes are
 * remembered: should two be taken for one, a text more or less is kept of some passing run.
 */
export class KnownTexts {
  readonly #last = new Map<ProbeId, ReadonlyMap<number, Known>>();

  /** Begins a run of a probe. A text is unsteady when it is new, and the one before at its place was new too. */
  next(probe: ProbeId): IsSteady {
    const before = this.#last.get(probe);
    const now = new Map<number, Known>();
    this.#last.set(probe, now);
    return (place, text) => {
      const at = hashOf(place);
      const known = before?.get(at);
      const hash = hashOf(text);
      const isNew = known !== undefined && known.hash !== hash;
      now.set(at, { hash, wasNew: isNew });
      return !(isNew && known.wasNew);
    };
  }

  /** Forgets probes that left the configuration. */
  keepOnly(probes: { readonly has: (probe: ProbeId) => boolean }): void {
    for (const probe of this.#last.keys()) if (!probes.has(probe)) this.#last.delete(probe);
  }
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}
