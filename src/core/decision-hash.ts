import type { DecideEffect, Effect, NotifyEffect } from '../model/effect.ts';
import type { Sha256 } from '../model/ids.ts';

/** SHA-256 of a text's UTF-8 bytes, in lower-case hexadecimal. Given by whoever may compute it. */
export type Hash = (text: string) => Sha256;

/**
 * What of an entry's effects counts as decided: decisions and notifications. Re-runs asked for are left out:
 * they are means, and what came of them is in the log.
 */
export function decidedOf(effects: readonly Effect[]): readonly (DecideEffect | NotifyEffect)[] {
  return effects.filter((effect) => effect.kind !== 'reprobe');
}

/**
 * The rolling hash over all decisions: that of the hash so far and what entry `n` made the engine decide or
 * send. Live and replay agree exactly when their last hashes do.
 */
export function extendDecisionHash(soFar: Sha256, n: number, effects: readonly Effect[], hash: Hash): Sha256 {
  const decided = decidedOf(effects);
  return decided.length === 0 ? soFar : hash(`${soFar}\n${n}\n${JSON.stringify(decided)}`);
}

/** What the rolling hash starts from. */
export function firstDecisionHash(hash: Hash): Sha256 {
  return hash('');
}
