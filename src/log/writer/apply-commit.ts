import type { PackedCommit, PackedEntries } from '../calls.ts';
import { compress } from '../compression.ts';
import type { Statements } from '../statements.ts';
import type { ContentStore } from './content-store.ts';

/** Writes everything that a commit makes true. Runs in the caller's transaction. */
export function applyCommit(statements: Statements, contents: ContentStore, commit: PackedCommit): void {
  appendEntries(statements, contents, commit.entries);
  for (const { n, at, incident, body } of commit.decisions) {
    statements.run('INSERT INTO decision (n, at, incident, body) VALUES (?, ?, ?, ?)', n, at, incident, body);
  }
  for (const { n, at, hash, effects } of commit.decided) {
    statements.run('INSERT INTO decided (n, at, hash, body) VALUES (?, ?, ?, ?)', n, at, hash, compress(effects));
  }
  for (const { id, n, at, effect } of commit.outboxPut) {
    statements.run(
      `INSERT INTO outbox (id, n, at, effect) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET n = excluded.n, at = excluded.at, effect = excluded.effect`,
      id,
      n,
      at,
      effect,
    );
  }
  for (const id of commit.outboxDone) statements.run('DELETE FROM outbox WHERE id = ?', id);
  for (const [key, value] of commit.threads) {
    if (value === null) statements.run('DELETE FROM thread WHERE key = ?', key);
    else statements.run('INSERT OR REPLACE INTO thread (key, value) VALUES (?, ?)', key, value);
  }
  for (const [probe, value] of commit.memories) {
    if (value === null) statements.run('DELETE FROM memory WHERE probe = ?', probe);
    else statements.run('INSERT OR REPLACE INTO memory (probe, value) VALUES (?, ?)', probe, value);
  }
  statements.run('UPDATE head SET decision_hash = ? WHERE id = 1', commit.decisionHash);
  if (commit.snapshot) saveSnapshot(statements, commit.snapshot);
}

function appendEntries(statements: Statements, contents: ContentStore, entries: PackedEntries): void {
  const { firstN, at, kind, probe, body } = entries;
  if (at.length === 0) return;
  const configurations = new Map(entries.configurations);
  for (const [index, text] of body.entries()) {
    const configuration = configurations.get(index);
    statements.run(
      'INSERT INTO journal (n, at, kind, probe, configuration, body) VALUES (?, ?, ?, ?, ?, ?)',
      firstN + index,
      at[index] ?? null,
      kind[index] ?? null,
      probe[index] ?? null,
      configuration === undefined ? null : contents.configuration(configuration, at[index] ?? 0),
      text,
    );
  }
  const lastN = firstN + at.length - 1;
  statements.run('UPDATE head SET last_n = ?, last_at = ? WHERE id = 1', lastN, at.at(-1) ?? null);
}

/**
 * Keeps the newest few snapshots, and of older ones the first of each day and of every 20,000 entries: from there
 * any moment of the past is a moment of reducing away.
 */
function saveSnapshot(statements: Statements, snapshot: NonNullable<PackedCommit['snapshot']>): void {
  const { n, at, engine, state } = snapshot;
  statements.run(
    'INSERT OR REPLACE INTO snapshot (n, at, engine, state) VALUES (?, ?, ?, ?)',
    n,
    at,
    engine,
    compress(state),
  );
  statements.run(
    `DELETE FROM snapshot
     WHERE n NOT IN (SELECT n FROM snapshot ORDER BY n DESC LIMIT 4)
       AND n NOT IN (SELECT min(n) FROM snapshot GROUP BY at / 86400000)
       AND n NOT IN (SELECT min(n) FROM snapshot GROUP BY n / 20000)`,
  );
}
