/** Rows of text in aligned columns; the last column takes what is left of the line and is cut there. */
export function table(rows: readonly (readonly string[])[], columns: number): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.slice(0, -1).entries()) widths[i] = Math.max(widths[i] ?? 0, visible(cell));
  return rows
    .map((row) => {
      const head = row.slice(0, -1).map((cell, i) => cell + ' '.repeat(Math.max(0, (widths[i] ?? 0) - visible(cell))));
      const used = widths.reduce((sum, w) => sum + w + 2, 0);
      return [...head, cut(row.at(-1) ?? '', Math.max(16, columns - used))].join('  ').trimEnd();
    })
    .map((line) => `${line}\n`)
    .join('');
}

// eslint-disable-next-line no-control-regex -- the escape character is what is looked for
const ESCAPES = /\u001b\[\d+m/g;

function visible(text: string): number {
  return text.replace(ESCAPES, '').length;
}

function cut(text: string, most: number): string {
  return visible(text) <= most ? text : `${text.slice(0, most - 1)}…`;
}
