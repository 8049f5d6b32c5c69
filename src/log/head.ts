import { LogError } from '../ports/log.ts';
import type { Statements } from './statements.ts';

/** Where the log stands. */
export interface Head {
  readonly lastN: number;
  readonly lastAt: number | null;
  readonly prunedN: number;
  readonly decisionHash: string | null;
}

/** Reads where the log stands. */
export function readHead(statements: Statements): Head {
  const row = statements
    .query<readonly [lastN: number, lastAt: number | null, prunedN: number, decisionHash: string | null]>(
      'SELECT last_n, last_at, pruned_n, decision_hash FROM head',
    )
    .get();
  if (!row) throw new LogError('corrupt', 'the log does not say where it ends: its head is missing');
  const [lastN, lastAt, prunedN, decisionHash] = row;
  return { lastN, lastAt, prunedN, decisionHash };
}
