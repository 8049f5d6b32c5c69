import { leafHash, verifyInclusion } from '../transparency/merkle.ts';
import { failed, passed, type Checked } from './fault.ts';
import type { SignedTree } from './head.ts';
import type { TileEntry, TileHashes, TileWritten } from './measured.ts';
import type { CanaryIndex } from './options.ts';
import { isProposed } from './proposed.ts';
import { describe, jsonOf, malformed, textOf, tileEntryShape } from './reply.ts';
import { ACCEPTED, EXISTS } from './written.ts';

/** Whether all tiles came. A checkpoint whose tiles nobody may read is a log that cannot be used. */
export function tilesAnswered({ failed: reply, problem }: TileHashes): Checked<undefined> {
  if (reply === undefined) return passed(undefined);
  if (reply.stopped === undefined && (reply.status === 403 || reply.status === 404))
    return failed(
      'semantic.read_path_broken',
      `${reply.request}: answered ${describe(reply)}, though the checkpoint is served: the log's tiles cannot be read`,
      { expected: '200', got: describe(reply) },
    );
  const text = textOf(reply);
  return text.ok ? malformed(reply, problem ?? 'with a tile that cannot be used') : text;
}

/** Verifies the canary; undefined while the log has not been asked for it. */
export function canaryInTiles(
  entry: TileEntry | undefined,
  canary: CanaryIndex,
  tree: SignedTree,
  request: string,
): Checked<undefined> | undefined {
  if (BigInt(canary.index) >= tree.size)
    return failed(
      'semantic.canary_missing',
      `${request}: the log has ${tree.size} entries, the canary is number ${canary.index}`,
      { expected: `more than ${canary.index} entries`, got: String(tree.size) },
    );
  return entry === undefined ? undefined : includedIn(entry, canary.index, tree, request, canary.leafHash);
}

/**
 * What the log said to a proposed entry: the index that it has there. A 201 carries a proof of its own, which is
 * verified by `headOf`; a 409 only tells the index, which is then to be read.
 */
export function postedToTiles(
  { post, proposed }: TileWritten,
  headOf: (raw: string, what: string) => Checked<SignedTree>,
): Checked<string> {
  if (post.stopped === undefined && post.status === EXISTS) {
    if (/^(?:0|[1-9]\d{0,17})$/.test(post.logIndex ?? '')) return passed(post.logIndex ?? '');
    return malformed(post, 'its x-log-index does not tell where the entry is');
  }
  const answer = jsonOf(post, tileEntryShape, ACCEPTED);
  if (!answer.ok) return answer;
  const { logIndex, canonicalizedBody, inclusionProof } = answer.value;
  const body = Buffer.from(canonicalizedBody, 'base64');
  if (!isProposed(body, proposed)) return anotherEntry(post.request, proposed.digest, logIndex);
  const head = headOf(inclusionProof.checkpoint.envelope, `${post.request}, inclusion proof`);
  if (!head.ok) return head;
  const verdict = verifyInclusion({
    index: BigInt(logIndex),
    size: head.value.size,
    leaf: leafHash(body),
    proof: inclusionProof.hashes.map((hash) => Buffer.from(hash, 'base64')),
    root: head.value.root,
  });
  return verdict.ok ? passed(logIndex) : notIncluded(post.request, logIndex, head.value, verdict.reason);
}

/** The written entry, as the read path shows it. One that is not there yet is hidden by an old checkpoint. */
export function readBackFromTiles(
  { entry, proposed, post }: TileWritten,
  index: string,
  tree: SignedTree,
  request: string,
): Checked<undefined> {
  if (BigInt(index) >= tree.size)
    return failed(
      'freshness.stale_read',
      `${request}: the checkpoint has ${tree.size} entries, though ${post.request} has just answered with number ${index}`,
      { expected: `more than ${index} entries`, got: String(tree.size) },
    );
  if (entry === undefined) return failed('semantic.read_path_broken', `${request}: entry ${index} was not read`);
  const included = includedIn(entry, index, tree, request);
  if (!included.ok) return included;
  const body = Buffer.from(entry.body ?? '', 'base64');
  const ours = leafHash(body).toString('hex') === entry.leafHash && isProposed(body, proposed);
  return ours ? passed(undefined) : anotherEntry(request, proposed.digest, index);
}

/** Bundle, tile and root must agree on the entry. */
function includedIn(
  { index, leafHash: leaf, proof }: TileEntry,
  wanted: string,
  tree: SignedTree,
  request: string,
  pinned?: string,
): Checked<undefined> {
  const answered = tilesAnswered(proof);
  if (!answered.ok) return answered;
  const [inTile, ...path] = proof.hashes;
  if (index !== wanted || leaf === undefined || leaf !== inTile)
    return failed('integrity.inclusion_invalid', `${request}: entry ${wanted} is not the one that its tile holds`, {
      expected: `leaf ${inTile}, as in the tile`,
      got: `leaf ${leaf}, in the bundle of entries`,
    });
  if (pinned !== undefined && pinned !== leaf)
    return failed('integrity.inclusion_invalid', `${request}: entry ${wanted} is another than the configured one`, {
      expected: `leaf ${pinned}`,
      got: `leaf ${leaf}`,
    });
  const verdict = verifyInclusion({
    index: BigInt(wanted),
    size: tree.size,
    leaf: Buffer.from(leaf, 'hex'),
    proof: path.map((hash) => Buffer.from(hash, 'hex')),
    root: tree.root,
  });
  return verdict.ok ? passed(undefined) : notIncluded(request, wanted, tree, verdict.reason);
}

function notIncluded(request: string, index: string, { size }: SignedTree, reason: string): Checked<never> {
  return failed('integrity.inclusion_invalid', `${request}: the inclusion of entry ${index} does not hold: ${reason}`, {
    expected: `entry ${index} of ${size}`,
    got: reason,
  });
}

function anotherEntry(request: string, digest: string, index: string): Checked<never> {
  const message = `${request}: entry ${index} is another than the written one`;
  return failed('integrity.inclusion_invalid', message, { expected: `a hashedrekord of ${digest}`, got: 'another' });
}
