import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { decidedOf, extendDecisionHash } from '../../core/decision-hash.ts';
import { engine } from '../../core/tocsin-engine.ts';
import type { Sha256 } from '../../model/ids.ts';
import { entriesWithDecisions, ReplayError, startOf } from '../replay/history.ts';
import type { History, Span } from '../replay/history.ts';
import { sha256 } from '../sha256.ts';
import { WINDOW_FORMAT } from './window-lines.ts';
import type { WindowLine } from './window-lines.ts';

/** What was written. */
export interface WrittenWindow {
  readonly entries: number;
  readonly firstN: number;
  readonly lastN: number;
}

/**
 * Writes a span of a history into one file: NDJSON, compressed with gzip. It begins with the engine's state at that
 * moment, so that it can be replayed without what came before, and holds each entry with what it decided. Secrets
 * were never in the log. Never writes over a file; what was
 * begun and failed is removed. Rejects with ReplayError, `not-written` where the file cannot be.
 */
export async function writeWindow(history: History, span: Span, file: string): Promise<WrittenWindow> {
  const written = { entries: 0, firstN: 0, lastN: 0 };
  const target = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  try {
    await pipeline(Readable.from(texts(history, span, written)), createGzip({ level: 6 }), target);
  } catch (error) {
    if (target.bytesWritten > 0) await rm(file, { force: true });
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new ReplayError('not-written', `write ${file}: ${error.message}`, { cause: error });
  }
  return written;
}

async function* texts(
  history: History,
  span: Span,
  written: { entries: number; firstN: number; lastN: number },
): AsyncGenerator<string> {
  for await (const line of lines(history, span)) {
    if (line.kind === 'entry') {
      written.entries++;
      written.firstN ||= line.entry.n;
      written.lastN = line.entry.n;
    }
    yield `${JSON.stringify(line)}\n`;
  }
}

async function* lines(history: History, span: Span): AsyncGenerator<WindowLine> {
  yield { kind: 'window', format: WINDOW_FORMAT, engine: engine.version };
  const start = await startOf(history, span);
  let { state, decisionHash, afterN } = start;
  let before: { readonly n: number; readonly at: number } | undefined;
  let begun = false;
  for await (const [entry, decided] of entriesWithDecisions(history, afterN, span.to)) {
    if (!begun && entry.at < (span.from ?? -Infinity)) {
      const turn = engine.reduce(state, entry);
      state = turn.state;
      decisionHash = hashAfter(decisionHash, entry.n, decidedOf(turn.effects));
      before = entry;
      afterN = entry.n;
      continue;
    }
    if (!begun && afterN > 0) {
      const snapshot = { n: afterN, at: before?.at ?? entry.at, engine: engine.version, state: engine.snapshot(state) };
      yield { kind: 'snapshot', snapshot, decisionHash };
    }
    begun = true;
    yield { kind: 'entry', entry };
    if (decided !== undefined) yield { kind: 'decided', decided };
  }
}

function hashAfter(soFar: Sha256 | null, n: number, effects: ReturnType<typeof decidedOf>): Sha256 | null {
  return soFar === null ? null : extendDecisionHash(soFar, n, effects, sha256);
}
