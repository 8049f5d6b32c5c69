import type { StepKind } from '../../model/run.ts';
import { printable } from '../../ports/printable.ts';
import { canaryOf } from './canary.ts';
import type { Checked, Fault } from './fault.ts';
import {
  identityOf,
  logInfoOf,
  signedNoteOf,
  strayShard,
  treeOf,
  unplannedTree,
  type Pins,
  type SignedTree,
} from './head.ts';
import { growthOf, sameView, withoutProof, withProof } from './history.ts';
import type { Remembered, Reply, Visit } from './measured.ts';
import type { CanaryEntry, CanaryIndex } from './options.ts';
import { malformed, textOf, type LogInfo, type Shard } from './reply.ts';
import { postedOf, readBackOf } from './written.ts';

/** The steps of a run, in causal order; which of them there are, the options say. */
export const STEP_NAMES = [
  'ping',
  'log info',
  'checkpoint',
  'checkpoint signature',
  'identity',
  'consistency',
  'canary entry',
  'write',
  'written entry',
] as const;

/** One step of a run. */
export type StepName = (typeof STEP_NAMES)[number];

/** What kind of use a step makes of the log. An entry is written once it can be read back. */
export function kindOfStep(name: StepName): StepKind {
  switch (name) {
    case 'ping':
    case 'checkpoint':
      return 'reach';
    case 'log info':
    case 'checkpoint signature':
    case 'identity':
    case 'consistency':
    case 'canary entry':
      return 'read';
    case 'write':
    case 'written entry':
      return 'write';
  }
}

/** What a step came to: a fault, or in words what it found. */
export type StepResult = { readonly ok: true; readonly found?: string } | { readonly ok: false; readonly fault: Fault };

/** What one address showed: results up to the first fault. */
export interface Examined {
  readonly address: string;
  readonly results: ReadonlyMap<StepName, StepResult>;
  /** The answer that each step is about, as far as something was asked. */
  readonly replies: ReadonlyMap<StepName, Reply>;
  /** What each step took, in milliseconds. */
  readonly ms: ReadonlyMap<StepName, number>;
  readonly rereads: number;
  /** The tree that it serves, once verified. */
  readonly tree?: SignedTree;
  /** The tree that the remembered one is to be compared with: the one served, or after a rotation an inactive one. */
  readonly continued?: SignedTree;
  /** The remembered tree is no longer the active one. */
  readonly rotatedFrom?: string;
}

/** What an address is held to. */
export interface Expectations {
  readonly pins: Pins;
  readonly remembered: Remembered | null;
  readonly canary?: CanaryEntry | CanaryIndex | undefined;
}

/**
 * Verifies everything that one address answered, step by step, up to the first fault. Pure: the run uses it to
 * see whether to ask on, and the judge to judge.
 */
export function examine(visit: Visit, { pins, remembered, canary }: Expectations): Examined {
  const results = new Map<StepName, StepResult>();
  const seen = {
    address: visit.address,
    results,
    replies: repliesOf(visit),
    ms: msOf(visit),
    rereads: visit.logRereads + visit.proofRereads + (visit.written?.rereads ?? 0),
  };
  const fails = (step: StepName, fault: Fault) => results.set(step, { ok: false, fault });

  const ping = pingOf(visit.ping);
  results.set('ping', ping);
  if (!ping.ok || visit.log === undefined) return seen;

  const info = logInfoOf(visit.log);
  if (!info.ok) {
    fails('log info', info.fault);
    return seen;
  }
  results.set('log info', { ok: true, found: `tree ${info.value.treeID}, size ${info.value.treeSize}` });

  const note = signedNoteOf(info.value.signedTreeHead, visit.log.request, pins);
  if (!note.ok) {
    fails('checkpoint signature', note.fault);
    return seen;
  }
  results.set('checkpoint signature', { ok: true, found: `signed by key ${note.value.key}` });

  const identity = identityOf(info.value, note.value, visit.log, pins);
  const stray = strayShard(info.value, visit.log.request, pins);
  const unplanned = identity.ok ? unplannedTree(identity.value, remembered, visit.log.request, pins) : identity;
  for (const check of [identity, stray, unplanned])
    if (!check.ok) {
      fails('identity', check.fault);
      return seen;
    }
  if (!identity.ok) return seen;
  const tree = identity.value;
  results.set('identity', { ok: true, found: `origin ${printable(note.value.origin, 200)}` });

  const history = historyOf(visit, tree, info.value, remembered, pins);
  if (history.result !== undefined) results.set('consistency', history.result);
  const known = {
    ...seen,
    tree,
    ...(history.continued !== undefined && { continued: history.continued }),
    ...(remembered !== null && remembered.treeId !== tree.treeId && { rotatedFrom: remembered.treeId }),
  };
  if (history.result?.ok !== true) return known;
  const inSameTree = (entry: Checked<SignedTree>): StepResult => {
    if (!entry.ok) return entry;
    const [log, other] = [`${visit.address} (log)`, `${visit.address} (entry)`];
    const view = sameView({ address: log, tree }, { address: other, tree: entry.value });
    return view.ok ? { ok: true, found: 'included, with a valid promise' } : view;
  };
  if (canary?.kind === 'id' && visit.entry !== undefined)
    results.set('canary entry', inSameTree(canaryOf(visit.entry, canary, pins)));

  const { written } = visit;
  if (written === undefined || results.get('canary entry')?.ok === false) return known;
  const posted = postedOf(written, tree, pins);
  results.set('write', posted.ok ? { ok: true, found: `${written.post.status}, entry ${posted.value.id}` } : posted);
  if (posted.ok && written.read !== undefined)
    results.set('written entry', inSameTree(readBackOf({ ...written, read: written.read }, posted.value, pins)));
  return known;
}

function repliesOf({ ping, log, proof, entry, written }: Visit): ReadonlyMap<StepName, Reply> {
  const replies: readonly (readonly [StepName, Reply | undefined])[] = [
    ['ping', ping],
    ['log info', log],
    ['checkpoint signature', log],
    ['identity', log],
    ['consistency', proof ?? log],
    ['canary entry', entry],
    ['write', written?.post],
    ['written entry', written?.read],
  ];
  return new Map(replies.flatMap(([step, reply]) => (reply === undefined ? [] : [[step, reply] as const])));
}

function msOf({ ping, log, verifyMs, proof, entry, written }: Visit): ReadonlyMap<StepName, number> {
  return new Map<StepName, number>([
    ['ping', ping.ms],
    ['log info', log?.ms ?? 0],
    ['checkpoint signature', verifyMs],
    ['consistency', proof?.ms ?? 0],
    ['canary entry', entry?.ms ?? 0],
    ['write', written?.post.ms ?? 0],
    ['written entry', written?.read?.ms ?? 0],
  ]);
}

/** The proof that is to be asked for: sizes and tree; undefined where none is needed. */
export function proofNeeded(
  examined: Examined,
  remembered: Remembered | null,
): { readonly first: string; readonly last: string; readonly treeId: string } | undefined {
  const tree = examined.continued;
  if (tree === undefined || remembered === null || growthOf(tree, remembered) !== 'grown') return undefined;
  return { first: remembered.size, last: String(tree.size), treeId: tree.treeId };
}

/** Rekor answers a ping with one dot, by middleware: it proves that something is there, no more. */
export function pingOf(reply: Reply): StepResult {
  const text = textOf(reply);
  if (!text.ok) return text;
  return text.value.trim() === '.' ? { ok: true, found: '.' } : malformed(reply, 'not with the "." of Rekor');
}

interface History {
  /** Undefined while a proof is needed and has not been asked for. */
  readonly result?: StepResult;
  readonly continued?: SignedTree;
}

function historyOf(visit: Visit, tree: SignedTree, info: LogInfo, remembered: Remembered | null, pins: Pins): History {
  const request = visit.log?.request ?? '';
  if (remembered === null) return { result: { ok: true, found: `the first verified size is ${tree.size}` } };
  const continued = continuedTree(tree, info.inactiveShards ?? [], remembered, request, pins);
  if ('result' in continued) return continued;
  const sizes = withoutProof(continued.tree, remembered, request);
  if (!sizes.ok) return { result: sizes, continued: continued.tree };
  const step = `${remembered.size} to ${continued.tree.size}`;
  if (sizes.value === 'equal') return { result: { ok: true, found: step }, continued: continued.tree };
  if (visit.proof === undefined) return { continued: continued.tree };
  const proof = withProof(continued.tree, remembered, visit.proof);
  return { result: proof.ok ? { ok: true, found: step } : proof, continued: continued.tree };
}

/** After a planned rotation the remembered tree stands among the inactive shards, with a head of its own. */
function continuedTree(
  tree: SignedTree,
  inactive: readonly Shard[],
  remembered: Remembered,
  request: string,
  pins: Pins,
): { readonly tree: SignedTree } | { readonly result: StepResult } {
  if (tree.treeId === remembered.treeId) return { tree };
  const shard = inactive.find((s) => s.treeID === remembered.treeId);
  if (shard === undefined) return { result: { ok: true, found: `tree ${remembered.treeId} is no longer told of` } };
  const note = signedNoteOf(shard.signedTreeHead, `${request}, inactive shard ${shard.treeID}`, pins);
  if (!note.ok) return { result: note };
  const { size, root, key } = note.value;
  if (treeOf(note.value.origin)?.treeId !== shard.treeID) {
    const message = `${request}: the checkpoint of inactive shard ${shard.treeID} is of "${printable(note.value.origin, 200)}"`;
    return { result: { ok: false, fault: { class: 'identity.tree_mismatch', message } } };
  }
  return { tree: { treeId: shard.treeID, size, root, key } };
}
