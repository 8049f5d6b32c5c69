import type { Place } from '../model/configuration.ts';

/**
 * What a file may hold. `root`: everything. `team`: owner, services, and maintenance of its own services; and it
 * reaches only files below its own folder and variables that the root trusts it with.
 */
export type SourceRole = 'root' | 'team';

/** One file as it was read, able to say where in it something stands. */
export class Source {
  readonly file: string;
  readonly text: string;
  readonly role: SourceRole;
  #lineStarts: readonly number[] | undefined;

  constructor(file: string, text: string, role: SourceRole) {
    this.file = file;
    this.text = text;
    this.role = role;
  }

  /** The place between two offsets of the text (UTF-16 code units, `end` exclusive). */
  place(start: number, end: number): Place {
    const from = this.#position(start);
    const to = this.#position(Math.max(start, end));
    return { file: this.file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
  }

  #position(offset: number): { line: number; column: number } {
    this.#lineStarts ??= lineStarts(this.text);
    const starts = this.#lineStarts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
