import type { Decided } from '../model/effect.ts';
import type { Entry } from '../model/entry.ts';
import type { ProbeId, Sha256 } from '../model/ids.ts';
import {
  LogError,
  type Checkpoint,
  type Commit,
  type Log,
  type OutboxItem,
  type Recovered,
  type Snapshot,
} from '../ports/log.ts';
import type { Observation } from './page/page.ts';
import { summarise } from './summary.ts';

/** Entries in one page of `entriesAfter`. */
const PAGE_ENTRIES = 4096;

type Decision = Commit['decisions'][number];

/**
 * What a log in memory holds. It outlives the log, as a file does: open it again and go on, as after a
 * restart. Set `fault` to have every commit refused, as on a full disk, until it is null again.
 */
export class MemoryStore {
  fault: LogError['code'] | null = null;
  inUse = false;
  readonly entries: Entry[] = [];
  readonly decisions: Decision[] = [];
  readonly decided: Decided[] = [];
  readonly outbox = new Map<string, OutboxItem>();
  readonly threads = new Map<string, unknown>();
  readonly memories = new Map<ProbeId, unknown>();
  readonly snapshots: Snapshot[] = [];
  decisionHash: Sha256 | null = null;
}

/**
 * A log that is kept in memory, for `run --once` and for tests: as strict as the real one about gaps, time,
 * order and what survives (JSON does), and unbounded.
 */
export function memoryLog({ engine, store = new MemoryStore() }: { engine: string; store?: MemoryStore }): Log {
  return new MemoryLog(engine, store);
}

class MemoryLog implements Log {
  readonly recovered: Recovered;
  readonly #store: MemoryStore;
  readonly #engine: string;
  #closed = false;

  constructor(engine: string, store: MemoryStore) {
    if (store.inUse) throw new LogError('in-use', 'the log in memory is in use by another daemon of this process');
    store.inUse = true;
    this.#store = store;
    this.#engine = engine;
    const last = store.entries.at(-1);
    this.recovered = {
      lastN: last?.n ?? 0,
      lastAt: last?.at ?? null,
      decisionHash: store.decisionHash,
      snapshot: store.snapshots.findLast((snapshot) => snapshot.engine === engine) ?? null,
      outbox: [...store.outbox.values()],
      threads: new Map(store.threads),
      memories: new Map(store.memories),
    };
  }

  async commit(commit: Commit): Promise<void> {
    if (this.#closed) throw new LogError('io', 'the log is closed');
    const copy = jsonCopy(commit);
    // Not before the caller goes on: a real commit takes its time too.
    await Promise.resolve();
    const store = this.#store;
    if (store.fault) throw new LogError(store.fault, `the log in memory was told to refuse commits: ${store.fault}`);
    checkFollows(store.entries.at(-1), copy.entries);
    store.entries.push(...copy.entries);
    store.decisions.push(...copy.decisions);
    store.decided.push(...(copy.decided ?? []));
    for (const item of copy.outboxPut) store.outbox.set(item.effect.id, item);
    for (const id of copy.outboxDone) store.outbox.delete(id);
    for (const { key, value } of copy.threads) keep(store.threads, key, value);
    for (const { probe, value } of copy.memories) keep(store.memories, probe, value);
    if (copy.snapshot) store.snapshots.push(copy.snapshot);
    store.decisionHash = copy.decisionHash;
  }

  async *entriesAfter(n: number): AsyncGenerator<readonly Entry[]> {
    let last = n;
    for (;;) {
      // Entry n stands at n - 1.
      const page = this.#store.entries.slice(Math.max(0, last), Math.max(0, last) + PAGE_ENTRIES);
      if (page.length === 0) return;
      yield page;
      last = page.at(-1)?.n ?? last;
    }
  }

  async observations({
    probe,
    from = -Infinity,
    to = Infinity,
    before = Infinity,
    limit,
  }: Parameters<Log['observations']>[0]): Promise<readonly Observation[]> {
    return this.#runs()
      .filter((run) => probe === undefined || run.probe === probe)
      .filter(({ n, at }) => n < before && at >= from && at < to)
      .toReversed()
      .slice(0, limit);
  }

  async summary({ probe, ...query }: Parameters<Log['summary']>[0]): ReturnType<Log['summary']> {
    const runs = this.#runs().filter((run) => run.probe === probe);
    const timings = runs.map(({ at, startedAt, endedAt, outcome }) => {
      return { at, durationMs: endedAt - startedAt, outcome };
    });
    return summarise(timings, query);
  }

  async decisions({ incident, limit }: { incident?: string; limit: number }): Promise<readonly Decision[]> {
    return this.#store.decisions
      .filter((decision) => incident === undefined || decision.incident === incident)
      .toReversed()
      .slice(0, limit);
  }

  async *decidedAfter(n: number): AsyncGenerator<readonly Decided[]> {
    const rows = this.#store.decided.filter((decided) => decided.n > n);
    if (rows.length > 0) yield rows;
  }

  async checkpoint({ n = Infinity, at = Infinity }: Parameters<Log['checkpoint']>[0]): Promise<Checkpoint | null> {
    const { snapshots, decided } = this.#store;
    const snapshot = snapshots.findLast((each) => each.engine === this.#engine && each.n <= n && each.at <= at);
    if (snapshot === undefined) return null;
    return { snapshot, decisionHash: decided.findLast((each) => each.n <= snapshot.n)?.hash ?? null };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#store.inUse = false;
  }

  #runs(): Observation[] {
    return this.#store.entries.filter((entry): entry is Observation & Entry => entry.kind === 'observation');
  }
}

function checkFollows(last: Entry | undefined, entries: readonly Entry[]): void {
  let { n, at } = last ?? { n: 0, at: Number.MIN_SAFE_INTEGER };
  for (const entry of entries) {
    if (entry.n !== n + 1) throw new LogError('io', `entry ${entry.n} does not follow ${n}`);
    if (entry.at < at) throw new LogError('io', `entry ${entry.n} is of ${entry.at}, earlier than the one before it`);
    ({ n, at } = entry);
  }
}

function keep<Key>(values: Map<Key, unknown>, key: Key, value: unknown): void {
  if (value === null || value === undefined) values.delete(key);
  else values.set(key, value);
}

/** What a file would give back. */
function jsonCopy<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}
