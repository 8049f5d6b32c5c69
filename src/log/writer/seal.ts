import type { Entry } from '../../model/entry.ts';
import { compress } from '../compression.ts';
import { Contents, decodePage } from '../page/decode.ts';
import { encodePage, wholePage, type FormOf, type Kept } from '../page/encode.ts';
import type { Form } from '../page/form.ts';
import type { Observation, Page } from '../page/page.ts';
import type { Statements } from '../statements.ts';
import type { ContentStore } from './content-store.ts';
import { foldRuns } from './fold-runs.ts';

/** A journal is sealed when it holds so many entries, or so many characters of them. */
export const SEAL_ENTRIES = 4096;
export const SEAL_CHARACTERS = 8 * 1024 * 1024;

type JournalRow = readonly [n: number, at: number, configuration: number | null, body: string];

/**
 * Moves the oldest entries of the journal into one segment, and their observations to those of their probes.
 * Runs in the caller's transaction.
 */
export function sealJournal(statements: Statements, contents: ContentStore): void {
  const rows = oldestRows(statements);
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return;
  const entries = JSON.parse(`[${rows.map(([, , , body]) => body).join(',')}]`) as Entry[];
  const formOf = formsOf(contents);
  const observations = entries.filter((entry): entry is Observation & Entry => entry.kind === 'observation');
  statements.run(
    'INSERT INTO segment (first_n, last_n, first_at, last_at, runs, body) VALUES (?, ?, ?, ?, ?, ?)',
    first[0],
    last[0],
    first[1],
    last[1],
    observations.length,
    compress(segmentText(rows, entries, formOf)),
  );
  foldRuns(statements, formOf, observations);
  statements.run('DELETE FROM journal WHERE n <= ?', last[0]);
}

/** Each observation is put into two pages; its form is looked for once. */
function formsOf(contents: ContentStore): FormOf {
  const found = new Map<Observation, ReturnType<FormOf>>();
  return (observation) => {
    const known = found.get(observation) ?? contents.formOf(observation);
    found.set(observation, known);
    return known;
  };
}

function oldestRows(statements: Statements): readonly JournalRow[] {
  const rows: JournalRow[] = [];
  let characters = 0;
  const journal = statements.query<JournalRow>('SELECT n, at, configuration, body FROM journal ORDER BY n LIMIT ?');
  for (const row of journal.iterate(SEAL_ENTRIES)) {
    rows.push(row);
    characters += row[3].length;
    if (characters >= SEAL_CHARACTERS) break;
  }
  return rows;
}

/**
 * A segment replaces what was promised to be kept, so it is read back first and compared, character by
 * character. Entries that would not come back the same are kept whole instead.
 */
function segmentText(rows: readonly JournalRow[], entries: readonly Entry[], formOf: FormOf): string {
  const kept = rows.map(([, , configuration], index): Kept => ({ entry: entries[index] as Entry, configuration }));
  const forms = new Map<number, Form>();
  const text = encodePage(kept, (observation) => {
    const found = formOf(observation);
    forms.set(found.id, found.form);
    return found;
  });
  if (readBack(text, forms) === rows.map(([, , , body]) => body).join('\n')) return text;
  return wholePage(rows.map(([, , configuration, body]) => ({ text: body, configuration })));
}

function readBack(text: string, forms: ReadonlyMap<number, Form>): string {
  const page = JSON.parse(text) as Page;
  const contents = new Contents();
  // Config entries are stored as they stand: null in the place of their configuration is what the row has too.
  contents.add(page.contents.filter((id) => !forms.has(id)).map((id) => [id, 'null']));
  for (const [id, form] of forms) contents.addForm(id, form);
  return decodePage(page, contents)
    .map((entry) => JSON.stringify(entry))
    .join('\n');
}
