import { deflateSync, inflateSync } from 'node:zlib';
import { LogError } from '../ports/log.ts';

/** Level 4 takes a third of the time that the usual 6 takes, for a page a twentieth larger. */
const LEVEL = 4;

/** Deflates a text (zlib format: its checksum finds a damaged one). */
export function compress(text: string): Uint8Array {
  return deflateSync(text, { level: LEVEL });
}

/** Gives the text back; throws LogError `corrupt`, naming what it was of, where that cannot be done. */
export function decompress(body: Uint8Array, what: string): string {
  try {
    return inflateSync(body).toString();
  } catch (error) {
    throw new LogError('corrupt', `${what} is damaged and cannot be read back`, { cause: error });
  }
}
