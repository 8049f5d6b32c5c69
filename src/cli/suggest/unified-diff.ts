import type { LineEdit } from '../../core/suggest/edit-text.ts';

const CONTEXT = 3;

/**
 * Edits of one file as a unified diff, as `patch -p1` and `git apply` take it. Edits of the same line: the first one
 * that replaces it counts (the others are for another time), and all that is added after it.
 */
export function unifiedDiff(file: string, text: readonly string[], edits: readonly LineEdit[]): string {
  // What follows the last line break is no line.
  const lines = text.at(-1) === '' ? text.slice(0, -1) : text;
  const byLine = new Map<number, { replaced?: readonly string[]; added: string[] }>();
  for (const edit of edits) {
    const at = byLine.get(edit.line) ?? { added: [] };
    if (edit.keeps) at.added.push(...edit.to);
    else at.replaced ??= edit.to;
    byLine.set(edit.line, at);
  }
  const touched = [...byLine.keys()].sort((a, b) => a - b);
  let grown = 0;
  const hunks: string[] = [];
  for (let i = 0; i < touched.length;) {
    const first = touched[i] ?? 1;
    let last = first;
    for (i += 1; i < touched.length && (touched[i] ?? 0) - last <= 2 * CONTEXT; i += 1) last = touched[i] ?? last;
    const [from, to] = [Math.max(1, first - CONTEXT), Math.min(lines.length, last + CONTEXT)];
    const body: string[] = [];
    let added = 0;
    for (let line = from; line <= to; line += 1) {
      const text = lines[line - 1] ?? '';
      const change = byLine.get(line);
      if (change?.replaced === undefined) body.push(` ${text}`);
      else body.push(`-${text}`, ...change.replaced.map((each) => `+${each}`));
      body.push(...(change?.added ?? []).map((each) => `+${each}`));
      added += (change?.added.length ?? 0) + (change?.replaced === undefined ? 0 : change.replaced.length - 1);
    }
    const count = to - from + 1;
    hunks.push(
      `@@ -${String(from)},${String(count)} +${String(from + grown)},${String(count + added)} @@\n${body.join('\n')}\n`,
    );
    grown += added;
  }
  return hunks.length === 0 ? '' : `--- a/${file}\n+++ b/${file}\n${hunks.join('')}`;
}
