import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifyConsistency, verifyInclusion } from '../../../src/probes/transparency/merkle.ts';
import { consistencyProof, inclusionProof, leavesOf, rootOf } from './reference-tree.ts';

const LEAVES = leavesOf(130);
const ROOTS = LEAVES.map((_, i) => rootOf(LEAVES.slice(0, i + 1)));

function rootAt(size: number): Buffer {
  return ROOTS[size - 1] ?? rootOf([]);
}

/** A size and something below or up to it. */
const sizeAndPart = fc
  .integer({ min: 1, max: LEAVES.length })
  .chain((size) => fc.record({ size: fc.constant(size), part: fc.integer({ min: 1, max: size }) }));

function flipped(hash: Buffer, bit: number): Buffer {
  const copy = Buffer.from(hash);
  const at = Math.floor(bit / 8) % copy.length;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit % 8));
  return copy;
}

describe('Merkle proofs of generated trees', () => {
  it('verify for every leaf of every tree', () => {
    fc.assert(
      fc.property(sizeAndPart, ({ size, part }) => {
        const proof = inclusionProof(part - 1, LEAVES.slice(0, size));
        const leaf = LEAVES[part - 1] ?? Buffer.of();
        const claim = { index: BigInt(part - 1), size: BigInt(size), leaf, proof, root: rootAt(size) };
        expect(verifyInclusion(claim)).toEqual({ ok: true });
      }),
    );
  });

  it('verify between every two sizes of one log', () => {
    fc.assert(
      fc.property(sizeAndPart, ({ size, part }) => {
        const proof = consistencyProof(part, LEAVES.slice(0, size));
        const claim = {
          firstSize: BigInt(part),
          firstRoot: rootAt(part),
          secondSize: BigInt(size),
          secondRoot: rootAt(size),
          proof,
        };
        expect(verifyConsistency(claim)).toEqual({ ok: true });
      }),
    );
  });

  it('fail when any one bit of leaf, root or proof differs, or a hash is missing or too many', () => {
    fc.assert(
      fc.property(sizeAndPart, fc.nat(255), fc.nat(20), ({ size, part }, bit, which) => {
        const proof = inclusionProof(part - 1, LEAVES.slice(0, size));
        const leaf = LEAVES[part - 1] ?? Buffer.of();
        const root = rootAt(size);
        const claim = { index: BigInt(part - 1), size: BigInt(size), leaf, proof, root };
        const touched = proof.map((hash, i) => (i === which % proof.length ? flipped(hash, bit) : hash));
        expect(verifyInclusion({ ...claim, leaf: flipped(leaf, bit) }).ok).toBe(false);
        expect(verifyInclusion({ ...claim, root: flipped(root, bit) }).ok).toBe(false);
        expect(verifyInclusion({ ...claim, proof: [...proof, root] }).ok).toBe(false);
        if (proof.length === 0) return;
        expect(verifyInclusion({ ...claim, proof: touched }).ok).toBe(false);
        expect(verifyInclusion({ ...claim, proof: proof.slice(0, -1) }).ok).toBe(false);
      }),
    );
  });

  it('fail between a log and another log, whatever proof is offered', () => {
    const others = leavesOf(LEAVES.length, 'other ');
    fc.assert(
      fc.property(sizeAndPart, ({ size, part }) => {
        const fork = others.slice(0, size);
        const claim = {
          firstSize: BigInt(part),
          firstRoot: rootAt(part),
          secondSize: BigInt(size),
          secondRoot: rootOf(fork),
        };
        expect(verifyConsistency({ ...claim, proof: consistencyProof(part, fork) }).ok).toBe(false);
        expect(verifyConsistency({ ...claim, proof: consistencyProof(part, LEAVES.slice(0, size)) }).ok).toBe(false);
      }),
    );
  });

  it('never throw and always end on arbitrary numbers and bytes', () => {
    const hash = fc.uint8Array({ maxLength: 40 });
    const number = fc.bigInt({ min: -10n, max: 2n ** 70n });
    fc.assert(
      fc.property(number, number, hash, hash, fc.array(hash, { maxLength: 80 }), (a, b, x, y, proof) => {
        expect(typeof verifyInclusion({ index: a, size: b, leaf: x, proof, root: y }).ok).toBe('boolean');
        expect(typeof verifyConsistency({ firstSize: a, firstRoot: x, secondSize: b, secondRoot: y, proof }).ok).toBe(
          'boolean',
        );
      }),
    );
  });
});
