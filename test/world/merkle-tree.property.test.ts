import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafHash, MerkleTree } from '../../src/world/merkle-tree.ts';
import { consistent, includes, rootByDefinition } from './verify-log.ts';

const leaves = (count: number): Buffer[] => Array.from({ length: count }, (_, i) => leafHash(Buffer.from(`leaf ${i}`)));
const sizes = fc.integer({ min: 1, max: 300 });

describe('the Merkle tree', () => {
  it('has the root that RFC 6962 defines, at every size it ever had', () => {
    fc.assert(
      fc.property(sizes, sizes, (a, b) => {
        const [past, present] = [Math.min(a, b), Math.max(a, b)];
        const all = leaves(present);
        expect(MerkleTree.of(all).root(past)).toEqual(rootByDefinition(all.slice(0, past)));
      }),
    );
  });

  it('proves the inclusion of every leaf in every tree that holds it', () => {
    fc.assert(
      fc.property(sizes, sizes, fc.nat(), (a, b, seed) => {
        const [size, present] = [Math.min(a, b), Math.max(a, b)];
        const index = seed % size;
        const tree = MerkleTree.of(leaves(present));
        expect(includes(tree.leaf(index), index, size, tree.inclusionProof(index, size), tree.root(size))).toBe(true);
      }),
    );
  });

  it('proves every earlier tree consistent with every later one', () => {
    fc.assert(
      fc.property(sizes, sizes, (a, b) => {
        const [first, second] = [Math.min(a, b), Math.max(a, b)];
        const tree = MerkleTree.of(leaves(second));
        const proof = tree.consistencyProof(first, second);
        const of = (size: number) => ({ size, root: tree.root(size) });
        expect(consistent(of(first), of(second), proof)).toBe(true);
      }),
    );
  });

  it('cannot prove a changed history consistent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 200 }), fc.nat(), fc.nat(), (second, seed, victim) => {
        const first = 1 + (seed % (second - 1));
        const honest = MerkleTree.of(leaves(first));
        const changed = leaves(second);
        changed[victim % first] = leafHash(Buffer.from('another history'));
        const tree = MerkleTree.of(changed);
        const proof = tree.consistencyProof(first, second);
        const before = { size: first, root: honest.root() };
        expect(consistent(before, { size: second, root: tree.root() }, proof)).toBe(false);
      }),
    );
  });

  it('finds a leaf by its hash, and nothing where there is none', () => {
    const tree = MerkleTree.of(leaves(9));
    expect(tree.indexOf(leafHash(Buffer.from('leaf 5')))).toBe(5);
    expect(tree.indexOf(leafHash(Buffer.from('leaf 9')))).toBeUndefined();
  });

  it('hashes nothing for an empty tree, and refuses sizes and indexes that it does not have', () => {
    expect(new MerkleTree().root()).toEqual(createHash('sha256').digest());
    const tree = MerkleTree.of(leaves(3));
    expect(() => tree.root(4)).toThrow(RangeError);
    expect(() => tree.inclusionProof(3)).toThrow(RangeError);
    expect(() => tree.consistencyProof(0, 3)).toThrow(RangeError);
    expect(() => tree.consistencyProof(3, 2)).toThrow(RangeError);
  });
});
