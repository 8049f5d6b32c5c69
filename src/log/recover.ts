import type { NotifyEffect } from '../model/effect.ts';
import type { ProbeId, Sha256 } from '../model/ids.ts';
import { LogError, type OutboxItem, type Recovered, type Snapshot } from '../ports/log.ts';
import { decompress } from './compression.ts';
import { readHead } from './head.ts';
import type { Statements } from './statements.ts';

/** Reads what is needed to go on; throws LogError `corrupt` where the log's last entries are not all there. */
export function recover(statements: Statements, engine: string): Recovered {
  const { lastN, lastAt, decisionHash } = readHead(statements);
  return {
    lastN,
    lastAt,
    decisionHash: decisionHash as Sha256 | null,
    snapshot: readSnapshot(statements, engine),
    outbox: readOutbox(statements),
    threads: readValues<string>(statements, 'SELECT key, value FROM thread'),
    memories: readValues<ProbeId>(statements, 'SELECT probe, value FROM memory'),
  };
}

/** Checks that the entries that are not sealed yet follow the sealed ones without a gap, up to the head. */
export function checkTail(statements: Statements): void {
  const [sealedN] = statements.query<readonly [number | null]>('SELECT max(last_n) FROM segment').get() ?? [null];
  const [count, first, last] = statements
    .query<readonly [number, number | null, number | null]>('SELECT count(*), min(n), max(n) FROM journal')
    .get() ?? [0, null, null];
  const { lastN, prunedN } = readHead(statements);
  const complete =
    first === null || last === null
      ? lastN === (sealedN ?? prunedN)
      : last === lastN && count === last - first + 1 && follows(first, sealedN, prunedN);
  if (!complete) {
    throw new LogError(
      'corrupt',
      `the log should end with entry ${lastN}, but after ${sealedN ?? prunedN} it holds ${count}, ${first} to ${last}`,
    );
  }
}

/** Whether the journal begins where the segments end; where all of them are pruned, no later than the cut. */
function follows(first: number, sealedN: number | null, prunedN: number): boolean {
  return sealedN === null ? first <= prunedN + 1 : first === sealedN + 1;
}

function readSnapshot(statements: Statements, engine: string): Snapshot | null {
  const row = statements
    .query<readonly [n: number, at: number, engine: string, state: Uint8Array]>(
      'SELECT n, at, engine, state FROM snapshot WHERE engine = ? ORDER BY n DESC LIMIT 1',
    )
    .get(engine);
  if (!row) return null;
  const [n, at, its, state] = row;
  return { n, at, engine: its, state: decompress(state, `the snapshot after entry ${n}`) };
}

function readOutbox(statements: Statements): OutboxItem[] {
  return statements
    .query<readonly [n: number, at: number, effect: string]>('SELECT n, at, effect FROM outbox ORDER BY position')
    .all()
    .map(([n, at, effect]) => ({ effect: JSON.parse(effect) as NotifyEffect, n, at }));
}

function readValues<Key extends string>(statements: Statements, sql: string): Map<Key, unknown> {
  const rows = statements.query<readonly [key: Key, value: string]>(sql).all();
  return new Map(rows.map(([key, value]) => [key, JSON.parse(value) as unknown]));
}
