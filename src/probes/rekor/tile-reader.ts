import { parseEntryBundle } from '../transparency/entry-bundle.ts';
import { HASH_BYTES, leafHash } from '../transparency/merkle.ts';
import {
  bundlePath,
  inclusionRanges,
  rangeHashes,
  readTile,
  tileOfLeaf,
  tilePath,
  tilesFor,
  TILE_WIDTH,
  type LeafRange,
  type Tile,
} from '../transparency/tiles.ts';
import { ask, round, type Errand } from './ask.ts';
import type { Reply, TileEntry, TileHashes } from './measured.ts';

/** A full bundle of the entries that Rekor makes is some two megabytes. */
const MAX_BUNDLE_BYTES = 4 * 1_048_576;
/** The most of one entry that is kept. */
const MAX_ENTRY_BYTES = 16 * 1024;

/** Makes proofs of the tiles that one address serves. Each tile is read once. */
export interface TileReader {
  /** The hashes of ranges, in a tree of `size` leaves. */
  readonly hashes: (ranges: readonly LeafRange[], size: bigint) => Promise<TileHashes>;
  /** An entry from its bundle, with its leaf and inclusion proof from tiles. */
  readonly entry: (index: bigint, size: bigint, body?: 'with body') => Promise<TileEntry>;
}

/** A reader for one run. */
export function tileReader(address: string, errand: Errand): TileReader {
  const { monotonic } = errand.context;
  const read = new Map<string, Promise<Fetched<readonly Buffer[]>>>();
  const tileAt = (tile: Tile): Promise<Fetched<readonly Buffer[]>> => {
    const path = tilePath(tile);
    const known = read.get(path) ?? fetchTile(tile, address, errand);
    read.set(path, known);
    return known;
  };

  const hashes = async (ranges: readonly LeafRange[], size: bigint): Promise<TileHashes> => {
    const began = monotonic();
    const tiles = tilesFor(ranges, size);
    const fetched = new Map<string, readonly Buffer[]>();
    for (const [i, answer] of (await Promise.all(tiles.map(tileAt))).entries()) {
      const tile = tiles[i];
      if ('failed' in answer) return { hashes: [], ms: round(monotonic() - began), ...answer };
      if (tile !== undefined) fetched.set(tilePath(tile), answer.value);
    }
    const made = rangeHashes(ranges, size, (tile) => fetched.get(tilePath(tile)) ?? []);
    return { hashes: made.map((hash) => hash.toString('hex')), ms: round(monotonic() - began) };
  };

  return {
    hashes,
    async entry(index, size, body) {
      const began = monotonic();
      const bundle = await fetchBundle(tileOfLeaf(index, size), address, errand);
      if ('failed' in bundle) {
        const proof = { hashes: [], ms: round(monotonic() - began), ...bundle };
        return { index: String(index), proof };
      }
      const proof = await hashes([{ start: index, end: index + 1n }, ...inclusionRanges(index, size)], size);
      const bytes = bundle.value[Number(index % BigInt(TILE_WIDTH))] ?? Buffer.alloc(0);
      return {
        index: String(index),
        leafHash: leafHash(bytes).toString('hex'),
        ...(body !== undefined && { body: bytes.subarray(0, MAX_ENTRY_BYTES).toString('base64') }),
        proof: { ...proof, ms: round(monotonic() - began) },
      };
    },
  };
}

/** What was asked for, or the answer that it could not be had from. */
type Fetched<Value> = { readonly value: Value } | { readonly failed: Reply; readonly problem?: string };

async function fetchTile(tile: Tile, address: string, errand: Errand): Promise<Fetched<readonly Buffer[]>> {
  const fetched = await fetchWidest(tile, tilePath, TILE_WIDTH * HASH_BYTES, address, errand);
  if ('failed' in fetched) return fetched;
  const hashes = readTile(fetched.bytes, fetched.width);
  if (hashes !== undefined) return { value: hashes.slice(0, tile.width) };
  const problem = `with a tile of ${fetched.bytes.length} bytes, not ${fetched.width * HASH_BYTES}`;
  return { failed: withoutBody(fetched.reply), problem };
}

async function fetchBundle(tile: Tile, address: string, errand: Errand): Promise<Fetched<readonly Buffer[]>> {
  const fetched = await fetchWidest(tile, bundlePath, MAX_BUNDLE_BYTES, address, errand);
  if ('failed' in fetched) return fetched;
  const entries = parseEntryBundle(fetched.bytes);
  if (entries.ok && entries.value.length === fetched.width) return { value: entries.value };
  const problem = entries.ok
    ? `with a bundle of ${entries.value.length} entries, not ${fetched.width}`
    : `with ${entries.reason}`;
  return { failed: withoutBody(fetched.reply), problem };
}

/** A partial tile may be gone once the full one exists (C2SP tlog-tiles, "Partial Tiles"): that one is then asked for. */
async function fetchWidest(
  tile: Tile,
  pathOf: (tile: Tile) => string,
  maxBytes: number,
  address: string,
  errand: Errand,
): Promise<{ readonly bytes: Buffer; readonly width: number; readonly reply: Reply } | { readonly failed: Reply }> {
  const get = (path: string) =>
    ask({ url: `${errand.options.url}/${path}`, address, maxBytes, isAnswer: () => false }, errand);
  let width = tile.width;
  const partial = await get(pathOf(tile));
  let { reply, exchange } = partial;
  if (width < TILE_WIDTH && reply.stopped === undefined && reply.status === 404) {
    const full = await get(pathOf({ ...tile, width: TILE_WIDTH }));
    if (full.reply.status === 200) [width, reply, exchange] = [TILE_WIDTH, full.reply, full.exchange];
  }
  if (reply.stopped !== undefined || reply.status !== 200) return { failed: reply };
  return { bytes: exchange.body ?? Buffer.alloc(0), width, reply };
}

/** Hashes and entries say nothing to people. */
function withoutBody(reply: Reply): Reply {
  return { ...reply, body: '' };
}
