import type { Decided, DecideEffect } from '../model/effect.ts';
import type { Entry } from '../model/entry.ts';
import type { Sha256 } from '../model/ids.ts';
import type { Commit, OutboxItem, Snapshot } from '../ports/log.ts';

/** What is committed together with an entry, beyond what the engine made of it. */
export interface Alongside {
  /** Ids of notifications that need no further delivery. */
  readonly outboxDone?: readonly string[];
  readonly threads?: Commit['threads'];
  readonly memories?: Commit['memories'];
}

/** An entry and everything that must become true in the same transaction. */
export interface LogRecord {
  readonly entry: Entry;
  readonly decisions: readonly DecideEffect[];
  /** All that the entry decided; absent where it decided nothing. */
  readonly decided?: Decided;
  readonly outboxPut: readonly OutboxItem[];
  readonly alongside: Alongside;
  /** After this entry. */
  readonly decisionHash: Sha256;
  readonly snapshot?: Snapshot;
}

/** One transaction out of consecutive records; at least one. */
export function commitOf(records: readonly LogRecord[], decisionHash: Sha256): Commit {
  const outboxDone = records.flatMap((record) => record.alongside.outboxDone ?? []);
  // Delivered before it was ever written (see the commit writer): then there is nothing to put.
  const done = new Set(outboxDone);
  const snapshot = records.findLast((record) => record.snapshot !== undefined)?.snapshot;
  return {
    entries: records.map((record) => record.entry),
    decisions: records.flatMap(({ decisions, entry }) =>
      decisions.map((decision) => ({ ...decision, n: entry.n, at: entry.at })),
    ),
    decided: records.flatMap((record) => record.decided ?? []),
    outboxPut: records.flatMap((record) => record.outboxPut).filter((item) => !done.has(item.effect.id)),
    outboxDone,
    threads: records.flatMap((record) => record.alongside.threads ?? []),
    memories: records.flatMap((record) => record.alongside.memories ?? []),
    decisionHash,
    ...(snapshot === undefined ? {} : { snapshot }),
  };
}

/** The same record with a passing observation reduced to what decisions need. */
export function withoutBulk(record: LogRecord): LogRecord {
  const { entry } = record;
  if (entry.kind !== 'observation' || entry.outcome !== 'pass') return record;
  const { evidence: _evidence, steps: _steps, phases: _phases, address: _address, ...slim } = entry;
  // `''` is the whole measurement: nobody must take it for one without values.
  return { ...record, entry: { ...slim, measured: { facts: {}, omitted: [''] } } };
}
