import { createHash, sign } from 'node:crypto';
import type { KeyPair } from './key-pair.ts';
import { publicKeyDer } from './key-pair.ts';

/** Who a transparency log is: its signing key, its tree, and the name under which it signs. */
export interface LogIdentity {
  readonly keys: KeyPair;
  /** Decimal, as Rekor shows it; at most 63 bits. */
  readonly treeId: string;
  readonly hostname: string;
}

/** Rekor's `logID`: hexadecimal SHA-256 of the public key's SPKI. */
export function logId(identity: LogIdentity): string {
  return createHash('sha256').update(publicKeyDer(identity.keys)).digest('hex');
}

/** The first half of an entry id: the tree's id as 16 hexadecimal digits. */
export function treeIdHex(treeId: string): string {
  return BigInt(treeId).toString(16).padStart(16, '0');
}

/** DER ECDSA-with-SHA-256 over `data`. */
export function signAs(identity: LogIdentity, data: string): Buffer {
  return sign('sha256', Buffer.from(data), identity.keys.privateKey);
}

/**
 * A checkpoint as Rekor v1 signs it: a C2SP signed note over `<hostname> - <treeId>`, size and base64 root.
 * The key hint is the first four bytes of SHA-256(SPKI). Nothing in it says when it was signed.
 * `spoil` makes the signature one that does not verify, by the same key.
 */
export function signCheckpoint(identity: LogIdentity, size: number, root: Buffer, spoil = false): string {
  const text = `${identity.hostname} - ${identity.treeId}\n${size}\n${root.toString('base64')}\n`;
  const signature = spoil ? flipLastBit(signAs(identity, text)) : signAs(identity, text);
  const hint = Buffer.from(logId(identity), 'hex').subarray(0, 4);
  return `${text}\n\u2014 ${identity.hostname} ${Buffer.concat([hint, signature]).toString('base64')}\n`;
}

/** The same bytes with the last bit turned over: still a well-formed signature, of nothing. */
export function flipLastBit(bytes: Buffer): Buffer {
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8(flipped.readUInt8(flipped.length - 1) ^ 1, flipped.length - 1);
  return flipped;
}
