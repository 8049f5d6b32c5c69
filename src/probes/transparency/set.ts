import { canonicalJson } from './canonical-json.ts';
import { fromBase64 } from './encoding.ts';
import { verifySignature, type LogKey } from './log-key.ts';

/** What a Signed Entry Timestamp signs. */
export interface PromisedEntry {
  /** Base64, as the log gave it. */
  readonly body: string;
  /** Seconds since 1970. */
  readonly integratedTime: number;
  /** Hexadecimal SHA-256 of the log's SubjectPublicKeyInfo. */
  readonly logID: string;
  /** The *virtual* index, counted over all shards; not the one in the inclusion proof. */
  readonly logIndex: number;
}

/**
 * Whether a Rekor v1 Signed Entry Timestamp is this key's: a signature over the RFC 8785 JSON of exactly
 * `{ body, integratedTime, logID, logIndex }`.
 */
export function verifySignedEntryTimestamp(entry: PromisedEntry, signedEntryTimestamp: string, key: LogKey): boolean {
  const signature = fromBase64(signedEntryTimestamp);
  if (signature === undefined || !entry.body.isWellFormed() || !entry.logID.isWellFormed()) return false;
  const { body, integratedTime, logID, logIndex } = entry;
  const promised = canonicalJson({ body, integratedTime, logID, logIndex });
  return verifySignature(key, Buffer.from(promised, 'utf8'), signature);
}
