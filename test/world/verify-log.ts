import { createHash, createPublicKey, verify } from 'node:crypto';

/** Verifiers written from RFC 9162 and the C2SP note format, sharing nothing with the log that they check. */

const sha256 = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const leafOf = (data: Buffer): Buffer => sha256(Buffer.from([0]), data);
const parent = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.from([1]), left, right);

/** The root by the recursive definition of RFC 6962, section 2.1: slow, and hard to get wrong. */
export function rootByDefinition(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return sha256();
  if (leaves.length === 1) return only;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return parent(rootByDefinition(leaves.slice(0, split)), rootByDefinition(leaves.slice(split)));
}

/** RFC 9162, section 2.1.3.2. */
export function includes(leaf: Buffer, index: number, size: number, proof: readonly Buffer[], root: Buffer): boolean {
  if (index >= size) return false;
  let fn = index;
  let sn = size - 1;
  let r = leaf;
  for (const p of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      r = parent(p, r);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else r = parent(r, p);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && r.equals(root);
}

/** RFC 9162, section 2.1.4.2. */
export function consistent(
  first: { readonly size: number; readonly root: Buffer },
  second: { readonly size: number; readonly root: Buffer },
  proof: readonly Buffer[],
): boolean {
  if (first.size < 1 || first.size > second.size) return false;
  if (first.size === second.size) return proof.length === 0 && first.root.equals(second.root);
  const path = Number.isInteger(Math.log2(first.size)) ? [first.root, ...proof] : [...proof];
  let fn = first.size - 1;
  let sn = second.size - 1;
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  const start = path.shift();
  if (start === undefined) return false;
  let fr = start;
  let sr = start;
  for (const c of path) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      fr = parent(c, fr);
      sr = parent(c, sr);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else sr = parent(sr, c);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && fr.equals(first.root) && sr.equals(second.root);
}

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
  /** Whether a line carries the pinned key's hint; whether such a line's signature verifies. */
  readonly hinted: boolean;
  readonly verified: boolean;
}

/** A Rekor v1 checkpoint, read and checked against a pinned key (PEM). */
export function openCheckpoint(note: string, pem: string): Checkpoint {
  const cut = note.indexOf('\n\n');
  const text = note.slice(0, cut + 1);
  const [origin = '', size = '', root = ''] = text.split('\n');
  const key = createPublicKey(pem);
  const hint = sha256(key.export({ type: 'spki', format: 'der' })).subarray(0, 4);
  const signatures = note
    .slice(cut + 2)
    .split('\n')
    .flatMap((line) => /^\u2014 \S+ (\S+)$/.exec(line)?.[1] ?? [])
    .map((base64) => Buffer.from(base64, 'base64'))
    .filter((bytes) => bytes.subarray(0, 4).equals(hint));
  return {
    origin,
    size: Number(size),
    root: Buffer.from(root, 'base64'),
    hinted: signatures.length > 0,
    verified: signatures.some((bytes) => verify('sha256', Buffer.from(text), key, bytes.subarray(4))),
  };
}

export interface EntryBody {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: {
    readonly inclusionProof: {
      readonly checkpoint: string;
      readonly hashes: readonly string[];
      readonly logIndex: number;
      readonly rootHash: string;
      readonly treeSize: number;
    };
    readonly signedEntryTimestamp: string;
  };
}

/** Everything that can be wrong with an entry, found wrong; an empty list is a good entry. */
export function faultsOfEntry(id: string, entry: EntryBody, pem: string, treeId: string): string[] {
  const { inclusionProof: proof, signedEntryTimestamp } = entry.verification;
  const checkpoint = openCheckpoint(proof.checkpoint, pem);
  const leaf = leafOf(Buffer.from(entry.body, 'base64'));
  // RFC 8785 of a flat object of strings and integers: members in this order, no spaces.
  const { body, integratedTime, logID, logIndex } = entry;
  const signed = JSON.stringify({ body, integratedTime, logID, logIndex });
  const key = createPublicKey(pem);
  const checks: Record<string, boolean> = {
    'tree id': BigInt(`0x${id.slice(0, 16)}`) === BigInt(treeId),
    'leaf hash': id.slice(16) === leaf.toString('hex'),
    'log id': logID === sha256(key.export({ type: 'spki', format: 'der' })).toString('hex'),
    'checkpoint signature': checkpoint.verified,
    'checkpoint and proof agree':
      checkpoint.size === proof.treeSize && checkpoint.root.toString('hex') === proof.rootHash,
    inclusion: includes(
      leaf,
      proof.logIndex,
      proof.treeSize,
      proof.hashes.map((hash) => Buffer.from(hash, 'hex')),
      checkpoint.root,
    ),
    'signed entry timestamp': verify('sha256', Buffer.from(signed), key, Buffer.from(signedEntryTimestamp, 'base64')),
  };
  return Object.keys(checks).filter((name) => checks[name] !== true);
}
