import { HASH_BYTES, nodeHash } from './merkle.ts';

/** Hashes in a full tile. */
export const TILE_WIDTH = 256;
/** Levels of the tree in one tile: 2^8 is a tile's width. */
const TILE_HEIGHT = 8;

/** A tile of C2SP tlog-tiles: the hashes of `width` complete subtrees of 256^level leaves each, in a row. */
export interface Tile {
  readonly level: number;
  readonly index: bigint;
  /** 1 to 256; less than 256 at the right edge alone. */
  readonly width: number;
}

/** The leaves from `start` up to, not including, `end`. */
export interface LeafRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** Where a tile is served, below the log's prefix: `tile/0/x001/234.p/5`. */
export function tilePath({ level, index, width }: Tile): string {
  return `tile/${level}/${numbered(index, width)}`;
}

/** Where the entries themselves are served: `tile/entries/000.p/5`. */
export function bundlePath({ index, width }: Pick<Tile, 'index' | 'width'>): string {
  return `tile/entries/${numbered(index, width)}`;
}

/** The tile of level 0 (and so the entry bundle) that holds a leaf, as wide as a tree of `size` leaves has it. */
export function tileOfLeaf(leaf: bigint, size: bigint): Tile {
  return tileAt(0, leaf / BigInt(TILE_WIDTH), size);
}

/** The ranges whose hashes are the inclusion proof of a leaf, from the leaf upwards: RFC 9162 §2.1.3.1. */
export function inclusionRanges(leaf: bigint, size: bigint): readonly LeafRange[] {
  const upwards: LeafRange[] = [];
  let [start, end] = [0n, size];
  while (end - start > 1n) {
    const middle = start + splitAt(end - start);
    if (leaf < middle) {
      upwards.unshift({ start: middle, end });
      end = middle;
    } else {
      upwards.unshift({ start, end: middle });
      start = middle;
    }
  }
  return upwards;
}

/** The ranges whose hashes are the consistency proof between two sizes: RFC 9162 §2.1.4.1. None where they are equal. */
export function consistencyRanges(first: bigint, second: bigint): readonly LeafRange[] {
  const upwards: LeafRange[] = [];
  let [start, end] = [0n, second];
  // Whether the verifier knows the range already, as the root of its own tree.
  let known = true;
  while (first !== end) {
    const middle = start + splitAt(end - start);
    if (first <= middle) {
      upwards.unshift({ start: middle, end });
      end = middle;
    } else {
      upwards.unshift({ start, end: middle });
      start = middle;
      known = false;
    }
  }
  return known ? upwards : [{ start, end }, ...upwards];
}

/** The tiles that the hashes of these ranges are made of, each once, for a tree of `size` leaves. */
export function tilesFor(ranges: readonly LeafRange[], size: bigint): readonly Tile[] {
  const places = ranges.flatMap(subtreesOf).map((subtree) => placeOf(subtree, size).tile);
  return [...new Map(places.map((tile) => [tilePath(tile), tile])).values()];
}

/**
 * The hash of each range, made of tiles. `hashesOf` gives a tile's content, of `width` hashes: whoever fetched it
 * has looked at its length (`readTile`).
 */
export function rangeHashes(
  ranges: readonly LeafRange[],
  size: bigint,
  hashesOf: (tile: Tile) => readonly Buffer[],
): readonly Buffer[] {
  const hashOf = (subtree: Subtree): Buffer => {
    const { tile, offset, count } = placeOf(subtree, size);
    return folded(hashesOf(tile).slice(offset, offset + count));
  };
  return ranges.map((range) =>
    subtreesOf(range)
      .map(hashOf)
      .reduceRight((right, left) => nodeHash(left, right)),
  );
}

/** A tile's hashes; undefined where the bytes are not exactly as many hashes as it is wide. */
export function readTile(bytes: Buffer, width: number): readonly Buffer[] | undefined {
  if (bytes.length !== width * HASH_BYTES) return undefined;
  return Array.from({ length: width }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}

/** A complete subtree: the leaves from `index · 2^height`, 2^height of them. */
interface Subtree {
  readonly height: number;
  readonly index: bigint;
}

/** A range as complete subtrees, left to right, each smaller than the one before. */
function subtreesOf({ start, end }: LeafRange): readonly Subtree[] {
  const subtrees: Subtree[] = [];
  for (let at = start; at < end;) {
    const height = bitLength(end - at) - 1;
    subtrees.push({ height, index: at >> BigInt(height) });
    at += 1n << BigInt(height);
  }
  return subtrees;
}

/** Where a subtree's hash comes from: `count` neighbours of one tile, folded. */
function placeOf({ height, index }: Subtree, size: bigint): { tile: Tile; offset: number; count: number } {
  const rows = height % TILE_HEIGHT;
  const position = index << BigInt(rows);
  const tile = tileAt(Math.floor(height / TILE_HEIGHT), position / BigInt(TILE_WIDTH), size);
  return { tile, offset: Number(position % BigInt(TILE_WIDTH)), count: 2 ** rows };
}

function tileAt(level: number, index: bigint, size: bigint): Tile {
  const hashes = (size >> BigInt(level * TILE_HEIGHT)) - index * BigInt(TILE_WIDTH);
  return { level, index, width: hashes >= BigInt(TILE_WIDTH) ? TILE_WIDTH : Number(hashes) };
}

function folded(hashes: readonly Buffer[]): Buffer {
  let row = hashes;
  while (row.length > 1)
    row = Array.from({ length: row.length / 2 }, (_, i) => nodeHash(at(row, 2 * i), at(row, 2 * i + 1)));
  return at(row, 0);
}

function at(row: readonly Buffer[], i: number): Buffer {
  const hash = row[i];
  if (hash === undefined) throw new RangeError(`a tile of ${row.length} hashes has none at ${i}`);
  return hash;
}

/** In groups of three digits, all but the last behind an `x`; `.p/<width>` where the tile is not full. */
function numbered(index: bigint, width: number): string {
  const digits = index.toString();
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? [];
  const path = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
  return width === TILE_WIDTH ? path : `${path}.p/${width}`;
}

/** The largest power of two smaller than `width` (at least 2). */
function splitAt(width: bigint): bigint {
  return 1n << BigInt(bitLength(width - 1n) - 1);
}

function bitLength(n: bigint): number {
  return n.toString(2).length;
}
