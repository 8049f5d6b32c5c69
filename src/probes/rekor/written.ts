import { printable } from '../../ports/printable.ts';
import { canaryOf, oneEntryOf, verifyEntry, type Answered } from './canary.ts';
import { failed, passed, type Checked } from './fault.ts';
import type { Pins, SignedTree } from './head.ts';
import type { Reply, Written } from './measured.ts';
import type { CanaryEntry } from './options.ts';
import { isProposed, type Proposed } from './proposed.ts';
import { malformed } from './reply.ts';

/** Statuses by which a log accepts an entry, or says that it has it already. */
export const ACCEPTED: readonly number[] = [200, 201];
/** How a log says that it has an entry already. */
export const EXISTS = 409;

/**
 * What the log said to a proposed entry: which one it is now, or why it is none. A 201 is verified like a read
 * entry; a 409 only names the entry, which is then to be read.
 */
export function postedOf({ post, proposed }: Written, tree: SignedTree, pins: Pins): Checked<CanaryEntry> {
  if (post.stopped === undefined && post.status === EXISTS) return namedBy(post, tree);
  const answered = oneEntryOf(post, ACCEPTED);
  if (!answered.ok) return answered;
  const entry = entryOf(answered.value.id, tree);
  const ours = ourEntry(answered.value, proposed);
  const verified = ours.ok ? verifyEntry(answered.value, entry, pins) : ours;
  return verified.ok ? passed(entry) : verified;
}

/** The written entry as it was read back, verified like a canary. One that is not served is not integrated. */
export function readBackOf(
  { post, read, proposed }: Written & { readonly read: Reply },
  entry: CanaryEntry,
  pins: Pins,
): Checked<SignedTree> {
  if (read.stopped === undefined && read.status === 404)
    return failed(
      'freshness.stalled',
      `${read.request}: 404 for an entry that the log, asked to take it, answered with ${post.status}: it is queued and not integrated`,
      { expected: `entry ${entry.id}, integrated`, got: '404' },
    );
  const verified = canaryOf(read, entry, pins);
  const answered = verified.ok ? oneEntryOf(read) : verified;
  if (!answered.ok) return answered;
  const ours = ourEntry(answered.value, proposed);
  return ours.ok ? verified : ours;
}

function namedBy(post: Reply, tree: SignedTree): Checked<CanaryEntry> {
  const id = /\/((?:[0-9a-f]{16})?[0-9a-f]{64})$/.exec(post.location ?? '')?.[1];
  if (id === undefined)
    return malformed(post, `its Location "${printable(post.location ?? '', 200)}" does not name the entry`);
  const entry = entryOf(id, tree);
  if (entry.treeId === tree.treeId) return passed(entry);
  return failed(
    'identity.tree_mismatch',
    `${post.request}: the log has the entry in tree ${entry.treeId}, the active one is ${tree.treeId}`,
    { expected: `tree ${tree.treeId}`, got: `tree ${entry.treeId}` },
  );
}

/** By the tree that is active where the id says none. */
function entryOf(id: string, tree: SignedTree): CanaryEntry {
  const leafHash = id.slice(-64);
  const treeId = id.length === 80 ? BigInt(`0x${id.slice(0, 16)}`).toString() : tree.treeId;
  return { kind: 'id', id: BigInt(treeId).toString(16).padStart(16, '0') + leafHash, treeId, leafHash };
}

function ourEntry({ entry, id, request }: Answered, proposed: Proposed): Checked<undefined> {
  if (isProposed(Buffer.from(entry.body, 'base64'), proposed)) return passed(undefined);
  return failed('integrity.inclusion_invalid', `${request}: the log answers with another entry than the written one`, {
    expected: `a hashedrekord of ${proposed.digest}`,
    got: `entry ${id}`,
  });
}
