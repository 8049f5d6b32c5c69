import type { ReplayBody } from '../../api/shapes/replay.ts';
import type { Difference } from '../../core/replay/decide-again.ts';
import type { DecidedPage } from '../../core/replay/pages.ts';
import type { Replayed } from './replay.ts';

/** A page as JSON: times in ISO 8601. */
export function pageJson({ at, startedAt, ...page }: DecidedPage): Readonly<Record<string, unknown>> {
  return { ...page, at: iso(at), startedAt: iso(startedAt) };
}

/** What a replay without other rules found, as `replay --json` and the API give it. */
export function replayedJson(replayed: Replayed): ReplayBody {
  const { same, entries, from, to, pages, difference, decisionHash, stateHash } = replayed;
  return {
    same,
    entries,
    from: isoOrNull(from),
    to: isoOrNull(to),
    pages: pages.map(pageJson),
    added: [],
    removed: [],
    earlier: [],
    later: [],
    uncertain: [],
    ...(difference === undefined ? {} : { difference: differenceJson(difference) }),
    decisionHash,
    stateHash,
  };
}

function differenceJson({ kind, entry, recorded, now, incidents }: Difference): Readonly<Record<string, unknown>> {
  const { n, at } = entry;
  return { kind, n, at: iso(at), entry: withoutConfiguration(entry), recorded, now: { ...now, incidents } };
}

/** A configuration would be most of the output; its hash says which. */
function withoutConfiguration(entry: Difference['entry']): unknown {
  return entry.kind === 'config' ? { ...entry, configuration: { hash: entry.configuration.hash } } : entry;
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : iso(at);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
