import type { ReplayBody } from '../../api/shapes/replay.ts';
import type { UncertainPage } from '../../core/replay/between.ts';
import type { Moved } from '../../core/replay/compare-pages.ts';
import type { DecidedPage } from '../../core/replay/pages.ts';
import { pageJson } from './replayed-json.ts';
import type { WhatIfReplayed } from './what-if.ts';

/** Whether nothing at all would have been different, as far as anybody can know. */
export function isSame({ answer }: WhatIfReplayed): boolean {
  const { added, removed, earlier, later, uncertain } = answer;
  return [added, removed, earlier, later, uncertain].every((list) => list.length === 0);
}

/** What other rules would have changed, as `replay --rules --json` and the API give it. */
export function whatIfJson(replayed: WhatIfReplayed): ReplayBody {
  const { answer, entries, from, to } = replayed;
  return {
    same: isSame(replayed),
    entries,
    from: from === null ? null : iso(from),
    to: to === null ? null : iso(to),
    pages: answer.was.map(pageJson),
    pagesNow: answer.now.map(pageJson),
    between: answer.pages,
    added: answer.added.map((page) => ({ ...subject(page), at: iso(page.at), because: page.reason })),
    removed: answer.removed.map(({ was, because }) => ({ ...subject(was), at: iso(was.at), because })),
    earlier: answer.earlier.map(movedJson),
    later: answer.later.map(movedJson),
    uncertain: answer.uncertain.map(uncertainJson),
    assumedRuns: answer.assumedRuns,
    limits: answer.limits.map((limit) => ({ ...limit })),
  };
}

function movedJson({ was, now, byMs }: Moved): Readonly<Record<string, unknown>> {
  return { ...subject(was), byMs, at: iso(now.at), was: iso(was.at), because: now.reason };
}

function uncertainJson({ root, was, ifPassed, ifFailed, because }: UncertainPage): Readonly<Record<string, unknown>> {
  const at = (page: DecidedPage | null): string | null => (page === null ? null : iso(page.at));
  const incident = (was ?? ifPassed ?? ifFailed)?.incident ?? null;
  return { incident, root: root.id, was: at(was), ifPassed: at(ifPassed), ifFailed: at(ifFailed), because };
}

function subject({ incident, root, title }: DecidedPage): Readonly<Record<string, unknown>> {
  return { incident, root: root.id, title };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
