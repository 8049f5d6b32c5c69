import type { Statements } from '../statements.ts';

/** The newest decisions first, as JSON; of one incident or of all. */
export function readDecisions(statements: Statements, incident: string | undefined, limit: number): string[] {
  const rows =
    incident === undefined
      ? statements.query<readonly [string]>('SELECT body FROM decision ORDER BY id DESC LIMIT ?').all(limit)
      : statements
          .query<readonly [string]>('SELECT body FROM decision WHERE incident = ? ORDER BY id DESC LIMIT ?')
          .all(incident, limit);
  return rows.map(([body]) => body);
}
