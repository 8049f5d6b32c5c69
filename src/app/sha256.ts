import { createHash } from 'node:crypto';
import type { Sha256 } from '../model/ids.ts';

/** SHA-256 of a text's UTF-8 bytes, in lower-case hexadecimal. */
export function sha256(text: string): Sha256 {
  return createHash('sha256').update(text).digest('hex') as Sha256;
}
