import { createHash } from 'node:crypto';
import { leafHash, nodeHash } from '../../../src/probes/transparency/merkle.ts';

// The recursive definitions of RFC 6962 §2.1, written down as they stand there: slow, obvious, and independent
// of the iterative verification that they test.

/** Leaf hashes of a log with `size` entries; `salt` makes another log. */
export function leavesOf(size: number, salt = ''): readonly Buffer[] {
  return Array.from({ length: size }, (_, i) => leafHash(Buffer.from(`${salt}entry ${i}`)));
}

/** MTH(D[n]). */
export function rootOf(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return createHash('sha256').digest();
  if (leaves.length === 1) return only;
  const k = splitOf(leaves.length);
  return nodeHash(rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}

/** PATH(m, D[n]). */
export function inclusionProof(m: number, leaves: readonly Buffer[]): readonly Buffer[] {
  if (leaves.length <= 1) return [];
  const k = splitOf(leaves.length);
  return m < k
    ? [...inclusionProof(m, leaves.slice(0, k)), rootOf(leaves.slice(k))]
    : [...inclusionProof(m - k, leaves.slice(k)), rootOf(leaves.slice(0, k))];
}

/** PROOF(m, D[n]). */
export function consistencyProof(m: number, leaves: readonly Buffer[]): readonly Buffer[] {
  return subProof(m, leaves, true);
}

function subProof(m: number, leaves: readonly Buffer[], whole: boolean): readonly Buffer[] {
  if (m === leaves.length) return whole ? [] : [rootOf(leaves)];
  const k = splitOf(leaves.length);
  return m <= k
    ? [...subProof(m, leaves.slice(0, k), whole), rootOf(leaves.slice(k))]
    : [...subProof(m - k, leaves.slice(k), false), rootOf(leaves.slice(0, k))];
}

/** The largest power of two smaller than `n`. */
function splitOf(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}
