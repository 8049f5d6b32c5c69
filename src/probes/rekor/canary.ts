import { printable } from '../../ports/printable.ts';
import { leafHash, verifyInclusion } from '../transparency/merkle.ts';
import { verifySignedEntryTimestamp } from '../transparency/set.ts';
import { failed, passed, type Checked } from './fault.ts';
import { signedNoteOf, treeOf, type Pins, type SignedTree } from './head.ts';
import type { Reply } from './measured.ts';
import type { CanaryEntry } from './options.ts';
import { entriesShape, jsonOf, malformed, type LogEntry } from './reply.ts';

/**
 * Verifies that the log still has the canary, and can prove it: the body is the one that was asked for, it is
 * included under a checkpoint signed by a pinned key, and the promise to include it is signed by that key too.
 * Gives the tree that its checkpoint tells of.
 */
export function canaryOf(reply: Reply, canary: CanaryEntry, pins: Pins): Checked<SignedTree> {
  if (reply.stopped === undefined && reply.status === 404)
    return failed('semantic.canary_missing', `${reply.request}: the canary entry is not in the log (404)`, {
      expected: `entry ${canary.id}`,
      got: '404',
    });
  const answered = oneEntryOf(reply);
  return answered.ok ? verifyEntry(answered.value, canary, pins) : answered;
}

/** The one entry of an answer, not believed yet. */
export function oneEntryOf(reply: Reply, wanted?: readonly number[]): Checked<Answered> {
  const answer = jsonOf(reply, entriesShape, wanted);
  if (!answer.ok) return answer;
  const [[id, entry] = [], ...more] = Object.entries(answer.value);
  if (id === undefined || entry === undefined || more.length > 0)
    return malformed(reply, `with ${Object.keys(answer.value).length} entries, not one`);
  return passed({ id, entry, request: reply.request });
}

/** An entry as an answer gives it, under its id. */
export interface Answered {
  readonly id: string;
  readonly entry: LogEntry;
  readonly request: string;
}

/** Verifies everything of an entry that can be: that it is this one, its proof, and its promise. */
export function verifyEntry(answered: Answered, canary: CanaryEntry, pins: Pins): Checked<SignedTree> {
  const { id, entry, request } = answered;
  const asked = sameEntry(answered, canary);
  if (!asked.ok) return asked;

  const key = pins.keys.find((k) => k.fingerprint === entry.logID);
  if (key === undefined) {
    const expected = pins.keys.map((k) => k.fingerprint).join(' or ') || 'no key is valid now';
    return failed(
      'identity.key_mismatch',
      `${request}: the entry is of log ${entry.logID}, configured is ${expected}`,
      {
        expected,
        got: entry.logID,
      },
    );
  }

  const included = inclusionOf(entry, canary, request, pins);
  if (!included.ok) return included;
  if (!verifySignedEntryTimestamp(entry, entry.verification.signedEntryTimestamp, key))
    return failed('integrity.signature_invalid', `${request}: the entry's timestamp is not signed by the log's key`, {
      expected: `a signature by key ${key.fingerprint} over entry ${id}`,
      got: 'a signature that does not verify',
    });
  return included;
}

/** An entry's id ends in the hash of its body, so that an entry cannot be swapped. */
function sameEntry({ id, entry, request }: Answered, canary: CanaryEntry): Checked<undefined> {
  const got = leafHash(Buffer.from(entry.body, 'base64')).toString('hex');
  if (got === canary.leafHash && (id === canary.id || id === canary.leafHash)) return passed(undefined);
  return failed('integrity.inclusion_invalid', `${request}: the answer is another entry than the one asked for`, {
    expected: `entry ${canary.id}`,
    got: `entry ${id} whose body hashes to ${got}`,
  });
}

/** The proof, its checkpoint, and that the two belong together. Its index counts within the shard. */
function inclusionOf(entry: LogEntry, canary: CanaryEntry, request: string, pins: Pins): Checked<SignedTree> {
  const proof = entry.verification.inclusionProof;
  const note = signedNoteOf(proof.checkpoint, `${request}, inclusion proof`, pins);
  if (!note.ok) return note;
  const { origin, size, root, key } = note.value;
  const treeId = treeOf(origin)?.treeId;
  const shown = printable(origin, 200);
  if (treeId !== canary.treeId)
    return failed(
      'identity.tree_mismatch',
      `${request}: the entry's checkpoint is of "${shown}", not of tree ${canary.treeId}`,
      {
        expected: `tree ${canary.treeId}`,
        got: shown,
      },
    );
  if (size !== BigInt(proof.treeSize) || root.toString('hex') !== proof.rootHash)
    return failed(
      'integrity.inclusion_invalid',
      `${request}: the inclusion proof is for another tree than its checkpoint`,
      {
        expected: `size ${size}, root ${root.toString('hex')}, as signed`,
        got: `size ${proof.treeSize}, root ${proof.rootHash}`,
      },
    );
  const verdict = verifyInclusion({
    index: BigInt(proof.logIndex),
    size,
    leaf: Buffer.from(canary.leafHash, 'hex'),
    proof: proof.hashes.map((hash) => Buffer.from(hash, 'hex')),
    root,
  });
  if (verdict.ok) return passed({ treeId, size, root, key });
  return failed('integrity.inclusion_invalid', `${request}: the inclusion proof does not hold: ${verdict.reason}`, {
    expected: `entry ${canary.id} at ${proof.logIndex} of ${size}`,
    got: verdict.reason,
  });
}
