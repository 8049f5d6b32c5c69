import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { Decided } from '../../model/effect.ts';
import type { Entry } from '../../model/entry.ts';
import type { Sha256 } from '../../model/ids.ts';
import type { Snapshot } from '../../ports/log.ts';
import { ReplayError } from '../replay/history.ts';

/** The number of the format: a file of a newer one is refused. */
export const WINDOW_FORMAT = 1;

/** A line of an exported window: what it is, the state it begins with, and each entry followed by what it decided. */
export type WindowLine =
  | { readonly kind: 'window'; readonly format: number; readonly engine: string }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot; readonly decisionHash: Sha256 | null }
  | { readonly kind: 'entry'; readonly entry: Entry }
  | { readonly kind: 'decided'; readonly decided: Decided };

/** The lines of a file, one by one. Rejects with `not-a-window` for a file that is something else, or damaged. */
export async function* readWindowLines(file: string): AsyncGenerator<WindowLine> {
  const source = createReadStream(file);
  const text = source.pipe(createGunzip());
  // A pipe does not pass errors on.
  source.on('error', (error) => text.destroy(error));
  let number = 0;
  try {
    for await (const line of createInterface({ input: text, crlfDelay: Infinity })) {
      number++;
      yield checked(JSON.parse(line) as WindowLine, number, file);
    }
  } catch (cause) {
    if (cause instanceof ReplayError) throw cause;
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new ReplayError('not-a-window', `read ${file} as an exported window, line ${number + 1}: ${words}`, {
      cause,
    });
  } finally {
    source.destroy();
    text.destroy();
  }
  if (number === 0) throw new ReplayError('not-a-window', `${file} is empty, not an exported window`);
}

function checked(line: WindowLine, number: number, file: string): WindowLine {
  if (number > 1) return line;
  if (line.kind === 'window' && line.format === WINDOW_FORMAT) return line;
  const found = line.kind === 'window' ? `a window of format ${String(line.format)}` : 'something else';
  throw new ReplayError('not-a-window', `${file} is ${found}; this version reads windows of format ${WINDOW_FORMAT}`);
}
