import type { Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp } from '@tufjs/models';
import { createHash } from 'node:crypto';
import type { FailureClass } from '../../model/failure.ts';
import { printable } from '../../ports/printable.ts';
import { classOfStatus } from '../http/status.ts';
import type { Fetched } from './fetcher.ts';
import type { Refusal } from './measured.ts';
import { endOf, keyIdsOf, namesKnownKey, readMetadata, signedEnough } from './metadata.ts';
import type { Trusted } from './trusted.ts';

/** What the client was about when it refused. */
export interface RefusedAt {
  /** What was fetched last. */
  readonly fetched: Fetched;
  /** What had been taken before it. */
  readonly trusted: Trusted;
  /** The target file that was wanted, if any was. */
  readonly target: TargetFile | undefined;
  /** Wall time in milliseconds. */
  readonly at: number;
}

/**
 * Why tuf-js refused, found out anew: its own errors are wrapped in words, and nothing is to be decided by those.
 * The checks are those of the specification's client workflow (§5.3 to §5.7); the first that fails is the answer.
 * Undefined where all of them pass: then the client did not refuse, but could not go on.
 */
export function whyRefused(refused: RefusedAt): Refusal | undefined {
  const { fetched, trusted, target, at } = refused;
  const { stopped, status, role } = fetched;
  if (stopped !== undefined && stopped.class !== 'protocol.too_large') {
    return { step: fetched.step, class: stopped.class, message: stopped.message, stopped };
  }
  if (status !== 200) return statusRefusal(fetched);
  const found = role === undefined ? targetFault(fetched, target) : metadataFault(role, fetched, trusted, at);
  if (found !== undefined) return found;
  if (!fetched.tooLong) return undefined;
  const bytes = fetched.body?.length ?? 0;
  return refusal(fetched, 'protocol.too_large', 'metadata of a length that a client takes', `more than ${bytes} bytes`);
}

/** A file that signed metadata promises must be there: without it the mirror is not whole. */
function statusRefusal(fetched: Fetched): Refusal {
  const { status = 0, role } = fetched;
  const promised = role !== 'root' && role !== 'timestamp';
  const missing = promised && (status === 403 || status === 404 || status === 410);
  const failureClass: FailureClass = missing ? 'integrity.blob_missing' : classOfStatus(status);
  const expected = missing ? 'a file that signed metadata names' : 'status 200';
  const got = `status ${status}${status < 500 || fetched.said === '' ? '' : `: ${fetched.said}`}`;
  return refusal(fetched, failureClass, expected, got);
}

function metadataFault(role: string, fetched: Fetched, trusted: Trusted, at: number): Refusal | undefined {
  const { body = Buffer.alloc(0) } = fetched;
  switch (role) {
    case 'root':
      return rootFault(fetched, body, trusted);
    case 'timestamp': {
      const read = readMetadata('timestamp', body);
      if (!read.ok) return notReadable(fetched, role, read.reason);
      return (
        signatureFault(fetched, role, read.value, trusted) ??
        expiryFault({ ...fetched, step: 'root' }, 'root', trusted.root, at) ??
        expiryFault(fetched, role, read.value, at)
      );
    }
    case 'snapshot': {
      const altered = promiseFault(fetched, role, body, trusted.promised(role));
      const read = readMetadata('snapshot', body);
      if (altered !== undefined) return altered;
      if (!read.ok) return notReadable(fetched, role, read.reason);
      const lists = Object.hasOwn(read.value.signed.meta, 'targets.json');
      return (
        signatureFault(fetched, role, read.value, trusted) ??
        expiryFault(fetched, role, read.value, at) ??
        versionFault(fetched, read.value, trusted.promised(role)?.version) ??
        (lists ? undefined : notReadable(fetched, role, 'a snapshot without targets.json'))
      );
    }
    default: {
      const altered = promiseFault(fetched, role, body, trusted.promised(role));
      const read = readMetadata('targets', body);
      if (altered !== undefined) return altered;
      if (!read.ok) return notReadable(fetched, role, read.reason);
      return (
        signatureFault(fetched, role, read.value, trusted) ??
        versionFault(fetched, read.value, trusted.promised(role)?.version) ??
        expiryFault(fetched, role, read.value, at)
      );
    }
  }
}

/** A new root is signed by the one before and by itself, and is the very next. */
function rootFault(fetched: Fetched, body: Buffer, trusted: Trusted): Refusal | undefined {
  const read = readMetadata('root', body);
  if (!read.ok) return notReadable(fetched, 'root', read.reason);
  const byOld = signatureFault(fetched, 'root', read.value, trusted);
  if (byOld !== undefined) return byOld;
  const next = versionFault(fetched, read.value, trusted.root.signed.version + 1);
  if (next !== undefined) return next;
  if (signedEnough(read.value, 'root', read.value)) return undefined;
  return refusal(fetched, 'integrity.signature_invalid', 'a root that is signed by its own keys', 'one that is not');
}

/**
 * Not signed by the keys of the pinned root. Where none of them is even named, another repository answers;
 * where one is, ours was altered.
 */
function signatureFault(
  fetched: Fetched,
  role: string,
  metadata: Metadata<Root | Timestamp | Snapshot | Targets>,
  trusted: Trusted,
): Refusal | undefined {
  const delegator = trusted.delegatorOf(role);
  if (signedEnough(delegator, role, metadata)) return undefined;
  const keys = keyIdsOf(delegator, role);
  const signers = Object.keys(metadata.signatures).slice(0, 5);
  const known = namesKnownKey(delegator, role, metadata);
  const expected = `${role} signed by enough of the keys ${shortIds(keys)} that the pinned root leads to`;
  const got = signers.length === 0 ? 'no signature' : `signatures that name the keys ${shortIds(signers)}`;
  if (!known) return refusal(fetched, 'identity.root_mismatch', expected, got);
  return refusal(fetched, 'integrity.signature_invalid', expected, `${got}, too few of which verify`);
}

function expiryFault(
  fetched: Fetched,
  role: string,
  { signed }: Metadata<Root | Timestamp | Snapshot | Targets>,
  at: number,
): Refusal | undefined {
  const end = endOf(signed);
  if (at < end) return undefined;
  const got = `version ${signed.version}, which ended ${printable(signed.expires, 40)}`;
  return refusal(fetched, 'freshness.expired_metadata', `${role} metadata that has not ended`, got);
}

function versionFault(
  fetched: Fetched,
  { signed }: Metadata<Root | Snapshot | Targets>,
  expected: number | undefined,
): Refusal | undefined {
  if (expected === undefined || signed.version === expected) return undefined;
  return refusal(fetched, 'integrity.consistency_invalid', `version ${expected}`, `version ${signed.version}`);
}

/** Length and hashes as signed metadata has them, where it has them. */
function promiseFault(
  fetched: Fetched,
  role: string,
  body: Buffer,
  promised: MetaFile | undefined,
): Refusal | undefined {
  if (promised === undefined) return undefined;
  try {
    promised.verify(body);
    return undefined;
  } catch {
    const expected = describeFile(promised);
    const got = `${body.length} bytes, sha256 ${sha256(body)}`;
    // A page of HTML with 200 differs too, but it is no metadata at all.
    if (parsesAsJson(body)) return refusal(fetched, 'integrity.digest_mismatch', expected, got);
    return notReadable(fetched, role, 'no JSON');
  }
}

function targetFault(fetched: Fetched, target: TargetFile | undefined): Refusal | undefined {
  const { body = Buffer.alloc(0) } = fetched;
  if (target === undefined) return undefined;
  const sameLength = body.length === target.length && !fetched.tooLong;
  const got = `${fetched.tooLong ? 'more than ' : ''}${body.length} bytes, sha256 ${sha256(body)}`;
  const sameHashes = Object.entries(target.hashes).every(([algorithm, hash]) => hashIs(algorithm, hash, body));
  if (sameLength && sameHashes) return undefined;
  return refusal(fetched, 'integrity.digest_mismatch', describeFile(target), got);
}

function hashIs(algorithm: string, expected: string, body: Buffer): boolean {
  try {
    return createHash(algorithm).update(body).digest('hex') === expected;
  } catch {
    return false; // An algorithm that nobody here knows proves nothing.
  }
}

function describeFile({ length, hashes = {} }: Pick<MetaFile, 'length' | 'hashes'>): string {
  const parts = [
    ...(length === undefined ? [] : [`${length} bytes`]),
    ...Object.entries(hashes)
      .slice(0, 3)
      .map(([algorithm, hash]) => `${printable(algorithm, 20)} ${printable(hash, 128)}`),
  ];
  return parts.join(', ');
}

function notReadable(fetched: Fetched, role: string, reason: string): Refusal {
  const expected = `metadata of the role ${printable(role, 100)}`;
  return refusal(fetched, 'protocol.malformed', expected, `${reason}${fetched.said === '' ? '' : `: ${fetched.said}`}`);
}

function refusal(fetched: Fetched, failureClass: FailureClass, expected: string, got: string): Refusal {
  const message = `${fetched.request}: expected ${expected}, got ${got}`.slice(0, 1000);
  return { step: fetched.step, class: failureClass, message, expected: expected.slice(0, 500), got: got.slice(0, 500) };
}

function parsesAsJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/** The lower-case hexadecimal SHA-256 of a file. */
export function sha256(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

function shortIds(ids: readonly string[]): string {
  return (
    ids
      .slice(0, 5)
      .map((id) => printable(id.slice(0, 12), 20))
      .join(', ') || 'none'
  );
}
