import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCheckpoint } from '../../../src/probes/transparency/checkpoint.ts';
import { parseEntryBundle } from '../../../src/probes/transparency/entry-bundle.ts';
import { leafHash, verifyConsistency, verifyInclusion } from '../../../src/probes/transparency/merkle.ts';
import {
  bundlePath,
  consistencyRanges,
  inclusionRanges,
  rangeHashes,
  readTile,
  tileOfLeaf,
  tilePath,
  tilesFor,
  type Tile,
} from '../../../src/probes/transparency/tiles.ts';
import { MerkleTree } from '../../../src/world/merkle-tree.ts';
import { tileHashes } from '../../../src/world/rekor-tiles-view.ts';
import { publicVectors } from './public-vectors.ts';

const MOST = 70_000;
const leaves = Array.from({ length: MOST }, (_, i) => leafHash(Buffer.from(`leaf ${i}`)));
const tree = MerkleTree.of(leaves);

/** The tiles of the first `size` leaves. */
const servedAt =
  (size: number) =>
  ({ level, index, width }: Tile): readonly Buffer[] => {
    const hashes = tileHashes(tree, size, level, Number(index), width);
    if (hashes === undefined) throw new Error(`no tile ${tilePath({ level, index, width })} at size ${size}`);
    return hashes;
  };

const size = fc.oneof(
  fc.integer({ min: 1, max: MOST }),
  fc.constantFrom(1, 2, 3, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537),
);

describe('proofs made of tiles', () => {
  it('of inclusion are those of the whole tree, and verify', () => {
    const cases = size.chain((n) => fc.tuple(fc.integer({ min: 0, max: n - 1 }), fc.constant(n)));
    fc.assert(
      fc.property(cases, ([index, n]) => {
        const proof = rangeHashes(inclusionRanges(BigInt(index), BigInt(n)), BigInt(n), servedAt(n));
        expect(proof).toEqual(tree.inclusionProof(index, n));
        const claim = { index: BigInt(index), size: BigInt(n), leaf: tree.leaf(index), proof, root: tree.root(n) };
        expect(verifyInclusion(claim)).toEqual({ ok: true });
      }),
    );
  });

  it('of consistency are those of the whole tree, and verify', () => {
    const cases = fc.tuple(size, size).map(([a, b]): readonly [number, number] => [Math.min(a, b), Math.max(a, b)]);
    fc.assert(
      fc.property(cases, ([first, second]) => {
        const [firstSize, secondSize] = [BigInt(first), BigInt(second)];
        const proof = rangeHashes(consistencyRanges(firstSize, secondSize), secondSize, servedAt(second));
        expect(proof).toEqual(tree.consistencyProof(first, second));
        const roots = { firstRoot: tree.root(first), secondRoot: tree.root(second) };
        expect(verifyConsistency({ firstSize, secondSize, ...roots, proof })).toEqual({ ok: true });
      }),
    );
  });

  it('need few tiles however large the log is', () => {
    const large = fc.bigInt({ min: 1n, max: 2n ** 62n });
    fc.assert(
      fc.property(large, large, (a, b) => {
        const [first, second] = a < b ? [a, b] : [b, a];
        expect(tilesFor(consistencyRanges(first, second), second).length).toBeLessThanOrEqual(17);
        expect(tilesFor(inclusionRanges(first - 1n, second), second).length).toBeLessThanOrEqual(17);
      }),
    );
  });
});

describe('a tile', () => {
  it('is found by groups of three digits, and by its width where it is partial', () => {
    expect(tilePath({ level: 0, index: 0n, width: 256 })).toBe('tile/0/000');
    expect(tilePath({ level: 1, index: 1_234_067n, width: 5 })).toBe('tile/1/x001/x234/067.p/5');
    expect(bundlePath(tileOfLeaf(1_000_000n, 1_000_001n))).toBe('tile/entries/x003/906.p/65');
    expect(bundlePath(tileOfLeaf(3n, 1_000_001n))).toBe('tile/entries/000');
  });

  it('is read only where it has exactly as many hashes as it is wide', () => {
    const hashes = servedAt(5)({ level: 0, index: 0n, width: 5 });
    expect(readTile(Buffer.concat(hashes), 5)).toEqual(hashes);
    for (const width of [4, 6, 256]) expect(readTile(Buffer.concat(hashes), width)).toBeUndefined();
  });
});

describe('an entry bundle', () => {
  it('is never a reason to throw or to hang, whatever the bytes, and gives back what went in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), (bytes) => {
        const bundle = parseEntryBundle(Buffer.from(bytes));
        if (!bundle.ok) return;
        const again = bundle.value.flatMap((entry) => [Buffer.of(entry.length >> 8, entry.length & 255), entry]);
        expect(Buffer.concat(again)).toEqual(Buffer.from(bytes));
        expect(bundle.value.length).toBeLessThanOrEqual(256);
      }),
    );
  });
});

const folder = publicVectors('tiles');
describe.skipIf(folder === undefined)('the public log of tiles', () => {
  const checkpoint = (n: number) => {
    const parsed = parseCheckpoint(readFileSync(`${folder}/checkpoint.${n}`, 'utf8'));
    if (!parsed.ok) throw new Error(parsed.reason);
    return parsed.value;
  };
  const hashesOf = (tile: Tile) => readTile(readFileSync(`${folder}/${tilePath(tile)}`), tile.width) ?? [];

  it('proves every one of its entries, at every size, under its signed root', () => {
    for (let n = 1; n < 16; n += 1) {
      const { root } = checkpoint(n);
      const bundle = parseEntryBundle(readFileSync(`${folder}/${bundlePath(tileOfLeaf(0n, BigInt(n)))}`));
      if (!bundle.ok) throw new Error(bundle.reason);
      expect(bundle.value).toHaveLength(n);
      for (const [index, entry] of bundle.value.entries()) {
        const [leaf = Buffer.of(), ...proof] = rangeHashes(
          [{ start: BigInt(index), end: BigInt(index + 1) }, ...inclusionRanges(BigInt(index), BigInt(n))],
          BigInt(n),
          hashesOf,
        );
        expect(leaf).toEqual(leafHash(entry));
        expect(verifyInclusion({ index: BigInt(index), size: BigInt(n), leaf, proof, root })).toEqual({ ok: true });
      }
    }
  });

  it('proves that it only grew, from every size to every later one', () => {
    for (let second = 1; second < 16; second += 1)
      for (let first = 1; first <= second; first += 1) {
        const sizes = { firstSize: BigInt(first), secondSize: BigInt(second) };
        const proof = rangeHashes(consistencyRanges(sizes.firstSize, sizes.secondSize), sizes.secondSize, hashesOf);
        const roots = { firstRoot: checkpoint(first).root, secondRoot: checkpoint(second).root };
        expect(verifyConsistency({ ...sizes, ...roots, proof })).toEqual({ ok: true });
      }
  });
});
