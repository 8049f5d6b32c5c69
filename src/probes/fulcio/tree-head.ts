import { z } from 'zod';
import { fromBase64 } from '../transparency/encoding.ts';
import { verifySignature, type LogKey } from '../transparency/log-key.ts';

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** The answer to `ct/v1/get-sth` (RFC 6962 §4.3). */
export const treeHeadShape = z.object({
  tree_size: count,
  /** Milliseconds since 1970. */
  timestamp: count,
  sha256_root_hash: z.base64().max(64),
  tree_head_signature: z.base64().max(1024),
});

/** A certificate transparency log's signed tree head. */
export type TreeHead = z.output<typeof treeHeadShape>;

/** What a tree head amounts to. Nothing in it names its key: by another key and altered look the same. */
export type TreeHeadVerdict = 'verified' | 'not by this key' | 'malformed';

/** `sha256` and `ecdsa` of TLS 1.2's `SignatureAndHashAlgorithm` (RFC 5246 §7.4.1.4.1). */
const SHA256_ECDSA = [4, 3] as const;
const ROOT_BYTES = 32;

/** Whether a tree head is signed by this key. */
export function verifyTreeHead(head: TreeHead, key: LogKey): TreeHeadVerdict {
  const root = fromBase64(head.sha256_root_hash);
  const signed = fromBase64(head.tree_head_signature);
  if (root?.length !== ROOT_BYTES || signed === undefined || signed.length < 4) return 'malformed';
  const signature = signed.subarray(4);
  if (signed.readUInt16BE(2) !== signature.length) return 'malformed';
  const ours = signed[0] === SHA256_ECDSA[0] && signed[1] === SHA256_ECDSA[1];
  return ours && verifySignature(key, signedBytes(head, root), signature) ? 'verified' : 'not by this key';
}

/** `TreeHeadSignature` of RFC 6962 §3.5: version 1, type `tree_hash`, then timestamp, size and root. */
function signedBytes(head: TreeHead, root: Buffer): Buffer {
  const fields = Buffer.alloc(18);
  fields.writeUInt8(0, 0);
  fields.writeUInt8(1, 1);
  fields.writeBigUInt64BE(BigInt(head.timestamp), 2);
  fields.writeBigUInt64BE(BigInt(head.tree_size), 10);
  return Buffer.concat([fields, root]);
}
