import { createHash, createPublicKey, verify } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import { hashedRekordOf } from './hashedrekord.ts';
import type { KeyPair } from './key-pair.ts';
import type { CallAnswer, NamedClient } from './named-client.ts';
import { member, parseJson } from './read-json.ts';
import { recordOf } from './rekor-log.ts';
import type { AppendedEntry } from './rekor.ts';
import { WorldError } from './world-error.ts';

/** A transparency log as its client knows it: where it is, and whose signature to believe. */
export interface PinnedLog {
  readonly url: string;
  readonly publicKeyPem: string;
}

/**
 * Appends a signature to a log and believes the answer only when the log's promise (the signed entry
 * timestamp) verifies with the pinned key. An entry that the log has already counts as appended. Rejects
 * with a `WorldError`: `no-answer`, or `bad-answer` for one that no log with that key gives.
 */
export async function appendToLog(
  client: NamedClient,
  log: PinnedLog,
  data: Uint8Array,
  signature: Buffer,
  keys: KeyPair,
  timeoutMs: number,
): Promise<AppendedEntry> {
  const entry = hashedRekordOf(createHash('sha256').update(data).digest('hex'), signature, keys);
  const url = `${log.url}/api/v1/log/entries`;
  const headers = { 'content-type': 'application/json' };
  let answer = await client({ method: 'POST', url, headers, body: JSON.stringify(entry), timeoutMs });
  if (answer.status === 409) {
    const location = new URL(answer.headers.location ?? '', url);
    answer = await client({ url: log.url + location.pathname, timeoutMs });
  }
  return believed(answer, log, recordOf(entry, 0).body);
}

function believed(answer: CallAnswer, log: PinnedLog, body: string): AppendedEntry {
  const { status } = answer;
  if (status !== 200 && status !== 201) throw new WorldError('bad-answer', `the log answered ${status} to an entry`);
  const entries = parseJson(answer.body);
  const [id = ''] = Object.keys(entries ?? {});
  const value = member(entries, id);
  const integratedTime = member(value, 'integratedTime');
  const logID = member(value, 'logID');
  const logIndex = member(value, 'logIndex');
  const promise = member(member(value, 'verification'), 'signedEntryTimestamp');
  if (
    typeof integratedTime !== 'number' ||
    typeof logID !== 'string' ||
    typeof logIndex !== 'number' ||
    typeof promise !== 'string'
  )
    throw new WorldError('bad-answer', `the log answered ${status} with something that is no entry`);
  if (member(value, 'body') !== body) throw new WorldError('bad-answer', 'the log answered with another entry');
  const key = createPublicKey(log.publicKeyPem);
  const signed = canonicalJson({ body, integratedTime, logID, logIndex });
  if (!verify('sha256', Buffer.from(signed), key, Buffer.from(promise, 'base64')))
    throw new WorldError('bad-answer', 'the log’s promise is not signed by the pinned key');
  return { id, logIndex };
}
