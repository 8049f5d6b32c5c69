import type { WhatIfReplayed } from '../app/replay/what-if.ts';
import type { Moved } from '../core/replay/compare-pages.ts';
import type { UncertainPage } from '../core/replay/between.ts';
import type { DecidedPage } from '../core/replay/pages.ts';
import { pageJson } from './replay-words.ts';

/** Whether nothing at all would have been different, as far as anybody can know. */
export function isSame({ answer }: WhatIfReplayed): boolean {
  const { added, removed, earlier, later, uncertain } = answer;
  return [added, removed, earlier, later, uncertain].every((list) => list.length === 0);
}

/** What other rules would have changed, as `replay --rules --json` prints it. */
export function whatIfJson(replayed: WhatIfReplayed): object {
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
    limits: answer.limits,
  };
}

/** The same for a person. */
export function whatIfText(replayed: WhatIfReplayed): string {
  const { answer, entries, from, to } = replayed;
  const span = from === null || to === null ? '' : `, ${iso(from)} to ${iso(to)}`;
  const lines = [
    `${String(entries)} ${entries === 1 ? 'entry' : 'entries'}${span}`,
    `pages then ${String(new Set(answer.was.map((p) => p.incident)).size)}, under these rules ${range(answer.pages)}`,
    '',
    ...answer.added.map((p) => `  + ${iso(p.at)}  ${p.title}\n      ${p.reason}`),
    ...answer.removed.map(({ was, because }) => `  - ${iso(was.at)}  ${was.incident}  ${was.title}\n      ${because}`),
    ...answer.earlier.map((moved) => movedText(moved, 'earlier')),
    ...answer.later.map((moved) => movedText(moved, 'later')),
    ...answer.uncertain.map(uncertainText),
  ];
  if (isSame(replayed)) lines.push('  nothing would have been different');
  if (answer.limits.length > 0) lines.push('', 'what the log cannot tell');
  for (const { probe, because } of answer.limits) lines.push(`  ${probe}: ${because}`);
  return `${lines.join('\n')}\n`;
}

function movedText({ was, now, byMs }: Moved, word: string): string {
  return `  ~ ${iso(now.at)}  ${was.incident}  ${seconds(byMs)} ${word} than ${iso(was.at)}\n      ${now.reason}`;
}

function uncertainText({ root, was, ifPassed, ifFailed, because }: UncertainPage): string {
  const side = (page: DecidedPage | null): string => (page === null ? 'no page' : `a page at ${iso(page.at)}`);
  return `  ? ${root.id}  then ${side(was)}; if they had passed ${side(ifPassed)}, if they had failed ${side(ifFailed)}\n      ${because}`;
}

function movedJson({ was, now, byMs }: Moved): unknown {
  return { ...subject(was), byMs, at: iso(now.at), was: iso(was.at), because: now.reason };
}

function uncertainJson({ root, was, ifPassed, ifFailed, because }: UncertainPage): unknown {
  const at = (page: DecidedPage | null): string | null => (page === null ? null : iso(page.at));
  const incident = (was ?? ifPassed ?? ifFailed)?.incident ?? null;
  return { incident, root: root.id, was: at(was), ifPassed: at(ifPassed), ifFailed: at(ifFailed), because };
}

function subject({ incident, root, title }: DecidedPage): object {
  return { incident, root: root.id, title };
}

function range({ least, most }: { readonly least: number; readonly most: number }): string {
  return least === most ? String(least) : `${String(least)} to ${String(most)}`;
}

function seconds(ms: number): string {
  return ms < 60_000 ? `${String(ms / 1000)} s` : `${String(Math.round(ms / 6000) / 10)} min`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
