import { printable } from '../../ports/printable.ts';
import { parseCheckpoint, type Checkpoint } from '../transparency/checkpoint.ts';
import { logKeyFromSpki, type LogKey } from '../transparency/log-key.ts';
import { namedVerifier, openNote, rekorVerifier, type NoteVerifier } from '../transparency/signed-note.ts';
import { failed, passed, type Checked } from './fault.ts';
import type { Remembered, Reply } from './measured.ts';
import { pinsAt, type RekorOptions } from './options.ts';
import { jsonOf, logInfoShape, malformed, type LogInfo, type Shard } from './reply.ts';

/** What the configuration holds a log to, at the time of a run. */
export interface Pins {
  readonly keys: readonly LogKey[];
  /** Whose signature under a checkpoint counts: the keys as they sign one. */
  readonly verifiers: readonly NoteVerifier[];
  /** Decimal tree ids; null where the configuration names none. */
  readonly treeIds: readonly string[] | null;
  /** The exact origin, or its part before ` - <tree id>`; null where it may be anything. */
  readonly origin: string | null;
}

/** A tree whose size and root are signed by a pinned key. */
export interface SignedTree {
  /** Decimal; of a log of tiles its origin. */
  readonly treeId: string;
  readonly size: bigint;
  readonly root: Buffer;
  /** Fingerprint of the key that signed. */
  readonly key: string;
}

/** A checkpoint with the fingerprint of the pinned key that signed it. */
export type SignedCheckpoint = Checkpoint & { readonly key: string };

/** The pins that hold at a time. */
export function pinsFor(options: RekorOptions, at: number): Pins {
  const { origin } = options;
  const keys = pinsAt(options.publicKey, at).map(({ spki }) => {
    const key = logKeyFromSpki(Buffer.from(spki, 'base64'));
    if (!key.ok) throw new Error(`a pinned key passed the schema, but is ${key.reason}`);
    return key.value;
  });
  const named = options.version === 2 && origin !== undefined;
  return {
    keys,
    verifiers: keys.map((key) => (named ? namedVerifier(origin, key) : rekorVerifier(key))),
    treeIds: options.treeIds === undefined ? null : pinsAt(options.treeIds, at),
    origin: origin ?? null,
  };
}

/** What the log says of itself, not believed yet. */
export function logInfoOf(reply: Reply): Checked<LogInfo> {
  return jsonOf(reply, logInfoShape);
}

/**
 * A tree head, verified: its note is by a pinned key, and says what the JSON around it says.
 * `what` opens messages, for example `GET https://rekor.example/api/v1/log`.
 */
export function signedNoteOf(raw: string, what: string, pins: Pins): Checked<SignedCheckpoint> {
  const checkpoint = parseCheckpoint(raw);
  if (!checkpoint.ok)
    return failed('protocol.malformed', `${what}: the checkpoint cannot be read: ${checkpoint.reason}`, {
      expected: 'a signed note of origin, size and root',
      got: printable(raw, 200),
    });
  const verdict = openNote(checkpoint.value.note, pins.verifiers);
  switch (verdict.kind) {
    case 'verified':
      return passed({ ...checkpoint.value, key: verdict.by.key.fingerprint });
    case 'unknown-key': {
      const signers = verdict.signers.slice(0, 5).map((s) => `${s.hint} (${printable(s.name, 100)})`);
      const expected = pins.verifiers.map((v) => v.hint).join(' or ') || 'no key is valid now';
      return failed(
        'identity.key_mismatch',
        `${what}: the checkpoint is signed by key ${signers.join(', ')}, configured is ${expected}`,
        {
          expected: `key hint ${pins.verifiers.map((v) => `${v.hint} (sha256 ${v.key.fingerprint})`).join(' or ') || expected}`,
          got: `key hint ${signers.join(', ')}`,
        },
      );
    }
    case 'bad-signature':
      return failed(
        'integrity.signature_invalid',
        `${what}: the checkpoint names key ${verdict.by.hint}, but its signature is not by that key`,
        { expected: `a signature by key ${verdict.by.key.fingerprint}`, got: 'a signature that does not verify' },
      );
  }
}

/** Whether it is the tree that it should be: pinned, and the same in note and JSON. */
export function identityOf(shard: Shard, note: SignedCheckpoint, reply: Reply, pins: Pins): Checked<SignedTree> {
  const { request } = reply;
  const tree = treeOf(note.origin);
  const origin = printable(note.origin, 200);
  if (tree === undefined) return malformed(reply, `the checkpoint's origin "${origin}" does not end in a tree id`);
  if (tree.treeId !== shard.treeID)
    return failed(
      'identity.tree_mismatch',
      `${request}: the checkpoint is of tree ${tree.treeId}, the answer of ${shard.treeID}`,
      {
        expected: shard.treeID,
        got: tree.treeId,
      },
    );
  if (pins.treeIds !== null && !pins.treeIds.includes(tree.treeId))
    return failed(
      'identity.tree_mismatch',
      `${request}: it is tree ${tree.treeId}, configured is ${pins.treeIds.join(' or ') || 'none that is valid now'}`,
      { expected: `tree ${pins.treeIds.join(' or ')}`, got: `tree ${tree.treeId}` },
    );
  if (pins.origin !== null && pins.origin !== note.origin && pins.origin !== tree.host)
    return failed(
      'identity.tree_mismatch',
      `${request}: the checkpoint's origin is "${origin}", configured is "${pins.origin}"`,
      {
        expected: pins.origin,
        got: origin,
      },
    );
  if (note.size !== BigInt(shard.treeSize) || note.root.toString('hex') !== shard.rootHash)
    return failed(
      'identity.root_mismatch',
      `${request}: the answer tells another tree than the checkpoint it carries`,
      {
        expected: `size ${note.size}, root ${note.root.toString('hex')}, as signed`,
        got: `size ${shard.treeSize}, root ${shard.rootHash}`,
      },
    );
  return passed({ treeId: tree.treeId, size: note.size, root: note.root, key: note.key });
}

/** The parts of an origin `<host> - <tree id>`. The host is by default the name of the pod, so it is not pinned. */
export function treeOf(origin: string): { readonly host: string; readonly treeId: string } | undefined {
  const [, host, treeId] = /^(.*) - (\d{1,20})$/.exec(origin) ?? [];
  return host === undefined || treeId === undefined ? undefined : { host, treeId };
}

/** Trees that are no longer written to must be pinned too: each of them still answers for its entries. */
export function strayShard(info: LogInfo, request: string, pins: Pins): Checked<undefined> {
  const stray = info.inactiveShards?.find((shard) => pins.treeIds !== null && !pins.treeIds.includes(shard.treeID));
  if (stray === undefined) return passed(undefined);
  return failed(
    'identity.tree_mismatch',
    `${request}: inactive shard ${stray.treeID} is not among the configured trees`,
    {
      expected: `tree ${pins.treeIds?.join(' or ') ?? ''}`,
      got: `inactive shard ${stray.treeID}`,
    },
  );
}

/**
 * Without configured trees, the tree must be the one of the last passing run: there is then nothing that says
 * that another was planned.
 */
export function unplannedTree(
  tree: SignedTree,
  remembered: Remembered | null,
  request: string,
  pins: Pins,
): Checked<undefined> {
  if (pins.treeIds !== null || remembered === null || remembered.treeId === tree.treeId) return passed(undefined);
  return failed(
    'identity.tree_mismatch',
    `${request}: it is tree ${tree.treeId}, until now it was ${remembered.treeId}, and no treeIds are configured that say which are right`,
    { expected: `tree ${remembered.treeId}`, got: `tree ${tree.treeId}` },
  );
}
