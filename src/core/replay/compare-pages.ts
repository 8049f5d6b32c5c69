import type { DecidedPage } from './pages.ts';

/** Incidents that begin further apart than this are not the same one. */
const SAME_WITHIN_MS = 600_000;

/** A daemon is late by milliseconds, now more, now less: pages nearer than this left at the same time. */
const SAME_TIME_MS = 1000;

/** A page of the same incident at another time; `byMs` is always positive. */
export interface Moved {
  readonly was: DecidedPage;
  readonly now: DecidedPage;
  readonly byMs: number;
}

/** How two sets of pages differ, by the first page of each incident. */
export interface ComparedPages {
  readonly same: readonly Moved[];
  readonly added: readonly DecidedPage[];
  readonly removed: readonly DecidedPage[];
  readonly earlier: readonly Moved[];
  readonly later: readonly Moved[];
}

/**
 * Pairs incidents of the same root that begin within ten minutes of each other, nearest first, and compares when
 * each was paged. Ids cannot pair them: generations count differently once an incident more or less opens.
 */
export function comparePages(was: readonly DecidedPage[], now: readonly DecidedPage[]): ComparedPages {
  const old = firstPages(was);
  const candidates = firstPages(now);
  const pairs = old
    .flatMap((a) => candidates.map((b) => ({ was: a, now: b, apartMs: Math.abs(a.startedAt - b.startedAt) })))
    .filter(({ was: a, now: b, apartMs }) => a.root.id === b.root.id && apartMs <= SAME_WITHIN_MS)
    .sort((a, b) => a.apartMs - b.apartMs || a.was.at - b.was.at || a.now.at - b.now.at);
  const taken = new Set<DecidedPage>();
  const moved: Moved[] = [];
  for (const { was: a, now: b } of pairs) {
    if (taken.has(a) || taken.has(b)) continue;
    taken.add(a).add(b);
    moved.push({ was: a, now: b, byMs: Math.abs(b.at - a.at) });
  }
  moved.sort((a, b) => a.was.at - b.was.at);
  return {
    same: moved.filter(({ byMs }) => byMs < SAME_TIME_MS),
    added: candidates.filter((page) => !taken.has(page)),
    removed: old.filter((page) => !taken.has(page)),
    earlier: moved.filter(({ was: a, now: b }) => a.at - b.at >= SAME_TIME_MS),
    later: moved.filter(({ was: a, now: b }) => b.at - a.at >= SAME_TIME_MS),
  };
}

/** The first page of each incident, in order: later ones (reminders, another owner) are about the same. */
export function firstPages(pages: readonly DecidedPage[]): readonly DecidedPage[] {
  const first = new Map<string, DecidedPage>();
  for (const page of pages) if (!first.has(page.incident)) first.set(page.incident, page);
  return [...first.values()].sort((a, b) => a.at - b.at);
}
