import { createHash } from 'node:crypto';

/** Bytes of a SHA-256 hash: of every leaf, node and root. */
export const HASH_BYTES = 32;

const LEAF_PREFIX = Buffer.of(0x00);
const NODE_PREFIX = Buffer.of(0x01);

/** Whether a proof proves what it should, and if not, in words why. */
export type ProofVerdict = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** A claim that a leaf stands at `index` of the tree with `size` leaves and this root. */
export interface InclusionClaim {
  readonly index: bigint;
  readonly size: bigint;
  /** Already hashed: `leafHash(body)`. */
  readonly leaf: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** A claim that the tree with `secondSize` leaves begins with exactly the `firstSize` leaves of the first. */
export interface ConsistencyClaim {
  readonly firstSize: bigint;
  readonly firstRoot: Uint8Array;
  readonly secondSize: bigint;
  readonly secondRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Hash of a leaf: SHA-256(0x00 ‖ body), RFC 6962 §2.1. */
export function leafHash(body: Uint8Array): Buffer {
  return createHash('sha256').update(LEAF_PREFIX).update(body).digest();
}

/** Hash of an inner node: SHA-256(0x01 ‖ left ‖ right), RFC 6962 §2.1. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(NODE_PREFIX).update(left).update(right).digest();
}

/** Verifies an inclusion proof: RFC 9162 §2.1.3.2. `fn` and `sn` are the names of that section. */
export function verifyInclusion(claim: InclusionClaim): ProofVerdict {
  if (claim.index < 0n || claim.index >= claim.size)
    return invalid(`index ${claim.index} is outside of a tree of size ${claim.size}`);
  const odd = oddHash([claim.leaf, claim.root, ...claim.proof]);
  if (odd !== undefined) return odd;

  let fn = claim.index;
  let sn = claim.size - 1n;
  let computed: Uint8Array = claim.leaf;
  for (const sibling of claim.proof) {
    if (sn === 0n) return invalid(tooMany(claim.proof));
    if (isOdd(fn) || fn === sn) {
      computed = nodeHash(sibling, computed);
      // The rightmost node of a level may have no sibling there: climb to the level where it has one.
      while (!isOdd(fn) && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      computed = nodeHash(computed, sibling);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  if (sn !== 0n) return invalid(tooFew(claim.proof));
  return same(computed, claim.root) ? { ok: true } : invalid('the proof leads to another root');
}

/**
 * Verifies a consistency proof: RFC 9162 §2.1.4.2. Two trees of one size are consistent when their roots are
 * equal and nothing else is offered as proof. A first size of 0 is refused: everything is consistent with an
 * empty tree, so such a proof would prove nothing.
 */
export function verifyConsistency(claim: ConsistencyClaim): ProofVerdict {
  const { firstSize, firstRoot, secondSize, secondRoot, proof } = claim;
  if (firstSize <= 0n) return invalid('a proof from an empty tree proves nothing');
  if (firstSize > secondSize) return invalid(`size ${secondSize} is smaller than ${firstSize}`);
  if (firstSize === secondSize) {
    if (proof.length > 0) return invalid('equal sizes need no proof, yet one was given');
    return same(firstRoot, secondRoot) ? { ok: true } : invalid(`two roots for one size ${firstSize}`);
  }
  const odd = oddHash([firstRoot, secondRoot, ...proof]);
  if (odd !== undefined) return odd;
  if (proof.length === 0) return invalid(tooFew(proof));

  // Step 2: a first tree that is a perfect one is itself a node of the second, and its root is left out of the proof.
  const [seed, ...path] = isPowerOfTwo(firstSize) ? [firstRoot, ...proof] : proof;
  let fn = firstSize - 1n;
  let sn = secondSize - 1n;
  while (isOdd(fn)) {
    fn >>= 1n;
    sn >>= 1n;
  }
  let computedFirst: Uint8Array = seed ?? firstRoot;
  let computedSecond: Uint8Array = computedFirst;
  for (const sibling of path) {
    if (sn === 0n) return invalid(tooMany(proof));
    if (isOdd(fn) || fn === sn) {
      computedFirst = nodeHash(sibling, computedFirst);
      computedSecond = nodeHash(sibling, computedSecond);
      while (!isOdd(fn) && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      computedSecond = nodeHash(computedSecond, sibling);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  if (sn !== 0n) return invalid(tooFew(proof));
  if (!same(computedFirst, firstRoot)) return invalid('the proof leads to another first root');
  return same(computedSecond, secondRoot) ? { ok: true } : invalid('the proof leads to another second root');
}

function isOdd(n: bigint): boolean {
  return (n & 1n) === 1n;
}

function isPowerOfTwo(n: bigint): boolean {
  return (n & (n - 1n)) === 0n;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function invalid(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}

function oddHash(hashes: readonly Uint8Array[]): ReturnType<typeof invalid> | undefined {
  const odd = hashes.find((hash) => hash.length !== HASH_BYTES);
  return odd === undefined ? undefined : invalid(`a hash of ${odd.length} bytes, not ${HASH_BYTES}`);
}

function tooMany(proof: readonly Uint8Array[]): string {
  return `the proof has more hashes (${proof.length}) than these sizes need`;
}

function tooFew(proof: readonly Uint8Array[]): string {
  return `the proof has fewer hashes (${proof.length}) than these sizes need`;
}
