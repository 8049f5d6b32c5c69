import { malformed, parsed, type Parsed } from './parsed.ts';
import { TILE_WIDTH } from './tiles.ts';

const LENGTH_BYTES = 2;

/**
 * The entries of a bundle of C2SP tlog-tiles: each a big-endian uint16 length and so many bytes, one after the
 * other, nothing behind them. The bytes of an entry are what its leaf is the hash of.
 */
export function parseEntryBundle(bytes: Buffer): Parsed<readonly Buffer[]> {
  const entries: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    if (entries.length === TILE_WIDTH) return malformed(`a bundle of more than ${TILE_WIDTH} entries`);
    if (at + LENGTH_BYTES > bytes.length) return malformed('a bundle that ends within a length');
    const end = at + LENGTH_BYTES + bytes.readUInt16BE(at);
    if (end > bytes.length) return malformed('a bundle that ends within an entry');
    entries.push(bytes.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  return parsed(entries);
}
