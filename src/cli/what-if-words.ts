import { isSame } from '../app/replay/what-if-json.ts';
import type { WhatIfReplayed } from '../app/replay/what-if.ts';
import type { Moved } from '../core/replay/compare-pages.ts';
import type { UncertainPage } from '../core/replay/between.ts';
import type { DecidedPage } from '../core/replay/pages.ts';

/** What other rules would have changed, for a person. */
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

function range({ least, most }: { readonly least: number; readonly most: number }): string {
  return least === most ? String(least) : `${String(least)} to ${String(most)}`;
}

function seconds(ms: number): string {
  return ms < 60_000 ? `${String(ms / 1000)} s` : `${String(Math.round(ms / 6000) / 10)} min`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
