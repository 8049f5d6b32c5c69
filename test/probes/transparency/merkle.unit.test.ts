import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { leafHash, verifyConsistency, verifyInclusion } from '../../../src/probes/transparency/merkle.ts';
import { filesBelow, publicVectors } from './public-vectors.ts';
import { consistencyProof, leavesOf, rootOf } from './reference-tree.ts';

const folder = publicVectors('merkle');

interface InclusionVector {
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string;
  readonly leafHash: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

interface ConsistencyVector {
  readonly size1: number;
  readonly size2: number;
  readonly root1: string;
  readonly root2: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

function read<Vector>(file: string): Vector {
  return JSON.parse(readFileSync(file, 'utf8')) as Vector;
}

function bytes(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}

function wrongVerdicts(kind: 'inclusion' | 'consistency', judge: (file: string) => boolean): readonly string[] {
  const files = filesBelow(folder, '.json').filter((file) => file.includes(`/${kind}/`));
  expect(files).toHaveLength(98);
  return files.filter((file) => judge(file) === read<{ wantErr: boolean }>(file).wantErr);
}

describe('Merkle proofs', () => {
  it('hash the empty leaf as RFC 6962 says', () => {
    expect(leafHash(Buffer.alloc(0)).toString('hex')).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    );
  });

  it.skipIf(folder === undefined)('give the right verdict on all 98 public inclusion vectors', () => {
    const wrong = wrongVerdicts('inclusion', (file) => {
      const v = read<InclusionVector>(file);
      return verifyInclusion({
        index: BigInt(v.leafIdx),
        size: BigInt(v.treeSize),
        leaf: bytes(v.leafHash),
        proof: (v.proof ?? []).map(bytes),
        root: bytes(v.root),
      }).ok;
    });
    expect(wrong).toEqual([]);
  });

  it.skipIf(folder === undefined)('give the right verdict on all 98 public consistency vectors', () => {
    const wrong = wrongVerdicts('consistency', (file) => {
      const v = read<ConsistencyVector>(file);
      return verifyConsistency({
        firstSize: BigInt(v.size1),
        firstRoot: bytes(v.root1),
        secondSize: BigInt(v.size2),
        secondRoot: bytes(v.root2),
        proof: (v.proof ?? []).map(bytes),
      }).ok;
    });
    expect(wrong).toEqual([]);
  });

  it('refuse a consistency proof from the empty tree, which would prove nothing', () => {
    const leaves = leavesOf(5);
    const claim = { firstSize: 0n, firstRoot: rootOf([]), secondSize: 5n, secondRoot: rootOf(leaves), proof: [] };
    expect(verifyConsistency(claim).ok).toBe(false);
    expect(verifyConsistency({ ...claim, secondSize: 0n, secondRoot: rootOf([]) }).ok).toBe(false);
  });

  it('take equal roots of equal sizes without a proof, and nothing else', () => {
    const root = rootOf(leavesOf(6));
    const claim = { firstSize: 6n, firstRoot: root, secondSize: 6n, secondRoot: root, proof: [] };
    expect(verifyConsistency(claim)).toEqual({ ok: true });
    expect(verifyConsistency({ ...claim, proof: [root] }).ok).toBe(false);
    expect(verifyConsistency({ ...claim, secondRoot: rootOf(leavesOf(6, 'other ')) }).ok).toBe(false);
  });

  it('refuse a smaller second tree even where the proof fits the other way round', () => {
    const leaves = leavesOf(7);
    const [first, second] = [rootOf(leaves.slice(0, 4)), rootOf(leaves)];
    const proof = consistencyProof(4, leaves);
    expect(verifyConsistency({ firstSize: 4n, firstRoot: first, secondSize: 7n, secondRoot: second, proof })).toEqual({
      ok: true,
    });
    expect(verifyConsistency({ firstSize: 7n, firstRoot: second, secondSize: 4n, secondRoot: first, proof }).ok).toBe(
      false,
    );
  });

  it('count in 64 bits and more without losing precision', () => {
    const size = 2n ** 63n + 3n;
    const verdict = verifyInclusion({
      index: size,
      size,
      leaf: leafHash(Buffer.of()),
      proof: [],
      root: leafHash(Buffer.of()),
    });
    expect(verdict.ok).toBe(false);
  });
});
