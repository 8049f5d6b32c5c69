import { engine } from '../../core/tocsin-engine.ts';
import type { Decided } from '../../model/effect.ts';
import type { Entry } from '../../model/entry.ts';
import type { Checkpoint } from '../../ports/log.ts';
import type { History } from '../replay/history.ts';
import { readWindowLines } from './window-lines.ts';

/** Entries in one page. */
const PAGE = 2048;

/**
 * An exported window as a history. The file is read anew for each question, in a stream: memory does not grow with it.
 * Rejects with ReplayError `not-a-window`.
 */
export async function openWindow(file: string): Promise<History & AsyncDisposable> {
  let lastN = 0;
  let last: Decided | undefined;
  let start: Checkpoint | null = null;
  let version = '';
  for await (const line of readWindowLines(file)) {
    if (line.kind === 'window') version = line.engine;
    else if (line.kind === 'entry') lastN = line.entry.n;
    else if (line.kind === 'decided') last = line.decided;
    else start = { snapshot: line.snapshot, decisionHash: line.decisionHash };
  }
  const usable = version === engine.version ? start : null;
  return {
    recovered: { lastN, decisionHash: last?.hash ?? usable?.decisionHash ?? null },
    entriesAfter: (n) => paged(entries(file, n)),
    decidedAfter: (n) => paged(decisions(file, n)),
    checkpoint: ({ n = Infinity, at = Infinity }) =>
      Promise.resolve(usable !== null && usable.snapshot.n <= n && usable.snapshot.at <= at ? usable : null),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function* entries(file: string, after: number): AsyncGenerator<Entry> {
  for await (const line of readWindowLines(file)) if (line.kind === 'entry' && line.entry.n > after) yield line.entry;
}

async function* decisions(file: string, after: number): AsyncGenerator<Decided> {
  for await (const line of readWindowLines(file))
    if (line.kind === 'decided' && line.decided.n > after) yield line.decided;
}

async function* paged<Item>(items: AsyncIterable<Item>): AsyncGenerator<readonly Item[]> {
  let page: Item[] = [];
  for await (const item of items) {
    page.push(item);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
