import type { ProbeId, Sha256 } from '../model/ids.ts';
import type { Facts, FactValue } from '../model/run.ts';
import type { Hash } from '../core/decision-hash.ts';

/** A run's facts, shared with the probe's last run where they are equal. */
export interface KnownFacts {
  readonly facts: Facts;
  readonly hash: Sha256;
  /** Whether they differ from those of the probe's run before; the first ones do. */
  readonly changed: boolean;
}

/**
 * Facts rarely change: each probe's last ones are kept, and equal ones are that same object with the hash
 * that was computed once. What is remembered is one set of facts a probe.
 */
export class FactsBook {
  readonly #hash: Hash;
  readonly #last = new Map<ProbeId, { readonly facts: Facts; readonly hash: Sha256 }>();

  constructor(hash: Hash) {
    this.#hash = hash;
  }

  know(probe: ProbeId, facts: Facts): KnownFacts {
    const last = this.#last.get(probe);
    if (last !== undefined && sameFacts(last.facts, facts)) return { ...last, changed: false };
    const known = { facts, hash: this.#hash(canonicalFacts(facts)) };
    this.#last.set(probe, known);
    return { ...known, changed: true };
  }

  /** Forgets probes that left the configuration. */
  keepOnly(probes: { readonly has: (probe: ProbeId) => boolean }): void {
    for (const probe of this.#last.keys()) if (!probes.has(probe)) this.#last.delete(probe);
  }
}

/** The canonical JSON of facts: keys in code-unit order, no spaces. */
function canonicalFacts(facts: Facts): string {
  const names = Object.keys(facts).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(facts[name])}`).join(',')}}`;
}

function sameFacts(a: Facts, b: Facts): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => sameValue(a[name], b[name]));
}

function sameValue(a: FactValue | undefined, b: FactValue | undefined): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b)) return false;
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
