import { createHash, randomBytes, sign } from 'node:crypto';
import type { KeyPair } from './key-pair.ts';
import { publicKeyDer } from './key-pair.ts';
import { flipLastBit } from './log-identity.ts';
import type { MerkleTree } from './merkle-tree.ts';

/** Hashes in a full tile, entries in a full bundle: C2SP tlog-tiles. */
export const TILE_WIDTH = 256;
/** 2^8 is a tile's width. */
const TILE_HEIGHT = 8;

/** Who signs a log of tiles, and under which name. */
export interface TilesIdentity {
  /** Ed25519, or ECDSA on P-256. */
  readonly keys: KeyPair;
  readonly origin: string;
}

/**
 * A checkpoint as Rekor v2 publishes it: origin, size and root, signed under the origin's name, and cosigned by a
 * witness that nobody knows. `spoil` makes the log's signature one that does not verify.
 */
export function tilesCheckpoint({ keys, origin }: TilesIdentity, size: number, root: Buffer, spoil = false): string {
  const text = `${origin}\n${size}\n${root.toString('base64')}\n`;
  const algorithm = keys.privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  const signature = sign(algorithm, Buffer.from(text), keys.privateKey);
  const signed = Buffer.concat([keyHint({ keys, origin }), spoil ? flipLastBit(signature) : signature]);
  // 4 bytes of key id, 8 of time, 64 of signature: C2SP tlog-cosignature.
  const cosigned = randomBytes(4 + 8 + 64);
  return `${text}\n\u2014 ${origin} ${signed.toString('base64')}\n\u2014 witness.test ${cosigned.toString('base64')}\n`;
}

/** The log's key as C2SP signed-note writes it: `name+hint+base64(type ‖ key)`. */
export function tilesVkey(identity: TilesIdentity): string {
  const spki = publicKeyDer(identity.keys);
  const typed = isEd25519(identity)
    ? Buffer.concat([Buffer.of(1), spki.subarray(-32)])
    : Buffer.concat([Buffer.of(2), spki]);
  return `${identity.origin}+${keyHint(identity).toString('hex')}+${typed.toString('base64')}`;
}

/**
 * The hashes of a tile in a tree of `size` leaves, `width` of them; undefined where it has not so many. As a log
 * may, it drops a partial tile once the full one is there.
 */
export function tileHashes(tree: MerkleTree, size: number, level: number, index: number, width: number) {
  if (!isServed(Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH, width)) return undefined;
  return Array.from({ length: width }, (_, i) => tree.subtree(level * TILE_HEIGHT, index * TILE_WIDTH + i));
}

/** Whether something of which there are `available` is served in a piece `width` wide. */
export function isServed(available: number, width: number): boolean {
  return width === TILE_WIDTH ? available >= TILE_WIDTH : available < TILE_WIDTH && width <= available && width > 0;
}

/** Entries as a bundle: each behind its length, a big-endian uint16. */
export function bundleOf(entries: readonly Buffer[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );
}

/** The number in `x001/x234/067`; undefined where it is none. */
export function readTileNumber(path: string): number | undefined {
  return /^(?:x\d{3}\/){0,3}\d{3}$/.test(path) ? Number(path.replaceAll(/[x/]/g, '')) : undefined;
}

function isEd25519({ keys }: TilesIdentity): boolean {
  return keys.publicKey.asymmetricKeyType === 'ed25519';
}

function keyHint(identity: TilesIdentity): Buffer {
  const hash = createHash('sha256');
  const spki = publicKeyDer(identity.keys);
  if (!isEd25519(identity)) return hash.update(spki).digest().subarray(0, 4);
  return hash.update(`${identity.origin}\n`).update(Buffer.of(1)).update(spki.subarray(-32)).digest().subarray(0, 4);
}
