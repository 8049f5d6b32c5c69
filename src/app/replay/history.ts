import { firstDecisionHash } from '../../core/decision-hash.ts';
import { engine } from '../../core/tocsin-engine.ts';
import type { Beginning } from '../../core/replay/decide-again.ts';
import type { State } from '../../core/state.ts';
import { openLogReader } from '../../log/open-log.ts';
import type { Decided } from '../../model/effect.ts';
import type { Entry } from '../../model/entry.ts';
import type { Log } from '../../ports/log.ts';
import { sha256 } from '../sha256.ts';

/** Something that can be lived through again: a data folder, a running daemon's log, an exported window. */
export type History = Pick<Log, 'entriesAfter' | 'decidedAfter' | 'checkpoint'> & {
  /** Where it ended when it was opened; what a daemon adds meanwhile is left alone. */
  readonly recovered: { readonly lastN: number; readonly decisionHash: Log['recovered']['decisionHash'] };
};

/** Which part: both bounds in the log's time, `to` exclusive. */
export interface Span {
  readonly from?: number;
  readonly to?: number;
}

/** A history could not be replayed; the operator can mend it, or choose another span. */
export class ReplayError extends Error {
  readonly code: 'no-beginning' | 'empty' | 'not-a-window' | 'no-incident' | 'not-written';
  constructor(code: ReplayError['code'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ReplayError';
    this.code = code;
  }
}

/** Opens a data folder for reading, beside a daemon or without one. Rejects with LogError. */
export function openHistory(path: string): Promise<History & AsyncDisposable> {
  return openLogReader({ path, engine: engine.version });
}

/** Where a replay of a span begins. `afterN`: the entry that the state already knows, 0 for none. */
export type Start = Beginning<State> & { readonly afterN: number };

/**
 * The newest snapshot before the span; the log's first entry where there is none. Rejects with `no-beginning`
 * where retention has cut the log and no snapshot of this engine's version is left to begin with.
 */
export async function startOf(history: History, { from }: Span): Promise<Start> {
  const first = await firstNumber(history);
  const wanted = from === undefined ? { n: first - 1 } : { at: from - 1 };
  const found = await history.checkpoint(wanted);
  if (found !== null && found.snapshot.n >= first - 1) {
    const { snapshot, decisionHash } = found;
    return { state: engine.restore(snapshot.state), decisionHash, afterN: snapshot.n };
  }
  if (first <= 1) return { state: engine.initial(), decisionHash: firstDecisionHash(sha256), afterN: 0 };
  const cut = from === undefined ? null : await history.checkpoint({ n: first - 1 });
  if (cut !== null && cut.snapshot.n === first - 1)
    return { state: engine.restore(cut.snapshot.state), decisionHash: cut.decisionHash, afterN: cut.snapshot.n };
  throw new ReplayError(
    'no-beginning',
    `the log begins with entry ${String(first)}, and there is no snapshot by engine version ${engine.version} to ` +
      'begin with: it was cut by retention under another version',
  );
}

/** The entries of a span with what each decided then, in order, up to where the history ended when it was opened. */
export async function* entriesWithDecisions(
  history: History,
  afterN: number,
  to = Infinity,
): AsyncGenerator<readonly [Entry, Decided | undefined]> {
  const { lastN } = history.recovered;
  const recorded = oneByOne(history.decidedAfter(afterN));
  let next = await recorded.next();
  for await (const page of history.entriesAfter(afterN)) {
    for (const entry of page) {
      if (entry.n > lastN || entry.at >= to) return;
      while (next.done !== true && next.value.n < entry.n) next = await recorded.next();
      yield [entry, next.done !== true && next.value.n === entry.n ? next.value : undefined];
    }
  }
}

/** The first entry whose decisions were kept; Infinity where none were. */
export async function recordedFrom(history: History): Promise<number> {
  for await (const page of history.decidedAfter(0)) return page[0]?.n ?? Infinity;
  return Infinity;
}

async function firstNumber(history: History): Promise<number> {
  for await (const page of history.entriesAfter(0)) return page[0]?.n ?? 1;
  throw new ReplayError('empty', 'the log holds no entries yet: nothing to replay');
}

async function* oneByOne<Item>(pages: AsyncIterable<readonly Item[]>): AsyncGenerator<Item, undefined> {
  for await (const page of pages) yield* page;
  return undefined;
}
