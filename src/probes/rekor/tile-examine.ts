import { printable } from '../../ports/printable.ts';
import { parseCheckpoint } from '../transparency/checkpoint.ts';
import { verifyConsistency } from '../transparency/merkle.ts';
import { namedVerifier } from '../transparency/signed-note.ts';
import type { Examined, Expectations, StepName, StepResult } from './examine.ts';
import { failed, passed, type Checked } from './fault.ts';
import { signedNoteOf, type Pins, type SignedCheckpoint, type SignedTree } from './head.ts';
import { describeTree, withoutProof } from './history.ts';
import type { Remembered, Reply, TileHashes, TileVisit } from './measured.ts';
import { textOf } from './reply.ts';
import { canaryInTiles, postedToTiles, readBackFromTiles, tilesAnswered } from './tile-entry.ts';

/**
 * Verifies everything that one address of a log of tiles showed, step by step, up to the first fault: the
 * checkpoint is by a pinned key and of the pinned origin, it continues the remembered one, and the canary and
 * the written entry stand where they should. Pure, as `examine`.
 */
export function examineTiles(visit: TileVisit, { pins, remembered, canary }: Expectations): Examined {
  const results = new Map<StepName, StepResult>();
  const { checkpoint, growth, entry, written } = visit;
  const rereads = visit.rereads + (written?.rereads ?? 0);
  const seen = { address: visit.address, results, replies: repliesOf(visit), ms: msOf(visit), rereads };

  const text = textOf(checkpoint);
  results.set('checkpoint', text.ok ? { ok: true } : text);
  if (!text.ok) return seen;
  const note = noteOf(text.value, checkpoint.request, pins);
  results.set('checkpoint signature', note.ok ? { ok: true, found: `signed by key ${note.value.key}` } : note);
  if (!note.ok) return seen;
  const identity = originOf(note.value, checkpoint.request, pins);
  results.set('identity', identity.ok ? { ok: true, found: `origin ${printable(note.value.origin, 200)}` } : identity);
  if (!identity.ok) return seen;
  const tree = identity.value;
  const known = { ...seen, tree, continued: tree };

  const history = historyOf(checkpoint, growth, tree, remembered);
  if (history !== undefined) results.set('consistency', history);
  if (history?.ok !== true) return known;

  if (canary?.kind === 'index') {
    const included = canaryInTiles(entry, canary, tree, checkpoint.request);
    if (included === undefined) return known;
    results.set('canary entry', included.ok ? { ok: true, found: `included at ${canary.index}` } : included);
    if (!included.ok) return known;
  }

  if (written === undefined) return known;
  const posted = postedToTiles(written, (raw, what) => headOf(raw, what, pins));
  results.set('write', posted.ok ? { ok: true, found: `${written.post.status}, index ${posted.value}` } : posted);
  if (!posted.ok || written.checkpoint === undefined) return known;
  const later = headOfReply(written.checkpoint, pins);
  const read = later.ok ? readBackFromTiles(written, posted.value, later.value, written.checkpoint.request) : later;
  results.set('written entry', read.ok ? { ok: true, found: 'included' } : read);
  return known;
}

/** The tree that a checkpoint tells of, verified. */
export function headOfReply(reply: Reply, pins: Pins): Checked<SignedTree> {
  const text = textOf(reply);
  return text.ok ? headOf(text.value, reply.request, pins) : text;
}

function headOf(raw: string, what: string, pins: Pins): Checked<SignedTree> {
  const note = noteOf(raw, what, pins);
  return note.ok ? originOf(note.value, what, pins) : note;
}

/**
 * A log of tiles signs under its own name, so that a pinned key at work for another log looks like another key.
 * It is told apart here: the key is right, and the log is not.
 */
function noteOf(raw: string, what: string, pins: Pins): Checked<SignedCheckpoint> {
  const note = signedNoteOf(raw, what, pins);
  const parsed = parseCheckpoint(raw);
  if (note.ok || note.fault.class !== 'identity.key_mismatch' || !parsed.ok) return note;
  const { origin } = parsed.value;
  const elsewhere = signedNoteOf(raw, what, { ...pins, verifiers: pins.keys.map((k) => namedVerifier(origin, k)) });
  return elsewhere.ok ? elsewhere : note;
}

function originOf(note: SignedCheckpoint, what: string, pins: Pins): Checked<SignedTree> {
  const { origin, size, root, key } = note;
  if (origin === pins.origin) return passed({ treeId: origin, size, root, key });
  const shown = printable(origin, 200);
  return failed('identity.tree_mismatch', `${what}: the checkpoint is of "${shown}", configured is "${pins.origin}"`, {
    expected: `origin ${pins.origin}`,
    got: `origin ${shown}`,
  });
}

/** Undefined while a proof is needed and has not been made. */
function historyOf(
  { request }: Reply,
  growth: TileHashes | undefined,
  tree: SignedTree,
  remembered: Remembered | null,
): StepResult | undefined {
  if (remembered === null || remembered.treeId !== tree.treeId)
    return { ok: true, found: `the first verified size is ${tree.size}` };
  const sizes = withoutProof(tree, remembered, request);
  if (!sizes.ok) return sizes;
  const step = `${remembered.size} to ${tree.size}`;
  if (sizes.value === 'equal') return { ok: true, found: step };
  if (growth === undefined) return undefined;
  const answered = tilesAnswered(growth);
  if (!answered.ok) return answered;
  const verdict = verifyConsistency({
    firstSize: BigInt(remembered.size),
    firstRoot: Buffer.from(remembered.root, 'hex'),
    secondSize: tree.size,
    secondRoot: tree.root,
    proof: growth.hashes.map((hash) => Buffer.from(hash, 'hex')),
  });
  if (verdict.ok) return { ok: true, found: step };
  return failed(
    'integrity.consistency_invalid',
    `${request}: its tiles do not continue the log that was verified before: ${verdict.reason}`,
    { expected: `tiles that lead from ${describeTree(remembered)} to ${describeTree(tree)}`, got: verdict.reason },
  );
}

function repliesOf({ checkpoint, growth, entry, written }: TileVisit): ReadonlyMap<StepName, Reply> {
  const { post, checkpoint: later, entry: readBack } = written ?? {};
  const replies: readonly (readonly [StepName, Reply | undefined])[] = [
    ['checkpoint', checkpoint],
    ['checkpoint signature', checkpoint],
    ['identity', checkpoint],
    ['consistency', growth?.failed ?? checkpoint],
    ['canary entry', entry?.proof.failed],
    ['write', post],
    ['written entry', readBack?.proof.failed ?? later],
  ];
  return new Map(replies.flatMap(([step, reply]) => (reply === undefined ? [] : [[step, reply] as const])));
}

function msOf({ checkpoint, verifyMs, growth, entry, written }: TileVisit): ReadonlyMap<StepName, number> {
  return new Map<StepName, number>([
    ['checkpoint', checkpoint.ms],
    ['checkpoint signature', verifyMs],
    ['consistency', growth?.ms ?? 0],
    ['canary entry', entry?.proof.ms ?? 0],
    ['write', written?.post.ms ?? 0],
    ['written entry', (written?.checkpoint?.ms ?? 0) + (written?.entry?.proof.ms ?? 0)],
  ]);
}
