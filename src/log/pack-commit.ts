import type { Entry } from '../model/entry.ts';
import type { Commit } from '../ports/log.ts';
import type { PackedCommit, PackedEntries } from './calls.ts';

/** A commit as texts: made once, here, so that the writer has nothing to do but to write them. */
export function packCommit(commit: Commit): PackedCommit {
  return {
    entries: packEntries(commit.entries),
    decisions: commit.decisions.map((decision) => {
      const { n, at, incident } = decision;
      return { n, at, incident, body: JSON.stringify(decision) };
    }),
    decided: (commit.decided ?? []).map(({ n, at, hash, effects }) => {
      return { n, at, hash, effects: JSON.stringify(effects) };
    }),
    outboxPut: commit.outboxPut.map(({ effect, n, at }) => {
      return { id: effect.id, n, at, effect: JSON.stringify(effect) };
    }),
    outboxDone: commit.outboxDone,
    threads: commit.threads.map(({ key, value }) => [key, textOrNull(value)]),
    memories: commit.memories.map(({ probe, value }) => [probe, textOrNull(value)]),
    decisionHash: commit.decisionHash,
    snapshot: commit.snapshot ?? null,
  };
}

function packEntries(entries: readonly Entry[]): PackedEntries {
  const configurations: [number, string][] = [];
  for (const [position, entry] of entries.entries()) {
    if (entry.kind === 'config') configurations.push([position, JSON.stringify(entry.configuration)]);
  }
  return {
    firstN: entries[0]?.n ?? 0,
    at: entries.map(({ at }) => at),
    kind: entries.map(({ kind }) => kind),
    probe: entries.map((entry) => (entry.kind === 'observation' ? entry.probe : null)),
    body: entries.map((entry) => JSON.stringify(entry.kind === 'config' ? { ...entry, configuration: null } : entry)),
    configurations,
  };
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
