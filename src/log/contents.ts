import { decompress } from './compression.ts';
import type { Statements } from './statements.ts';

/** The texts of contents, in the order asked for; one that is not there is left out. */
export function readContents(statements: Statements, ids: readonly number[]): (readonly [id: number, text: string])[] {
  const content = statements.query<readonly [body: Uint8Array]>('SELECT body FROM content WHERE id = ?');
  return ids.flatMap((id) => {
    const row = content.get(id);
    return row ? [[id, decompress(row[0], `content ${id} of the log`)] as const] : [];
  });
}
