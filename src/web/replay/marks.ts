import type { IncidentBody } from '../../api/shapes/incident.ts';

/** Something that happened at an instant: where the slider has a mark and where stepping stops. */
export interface Mark {
  readonly atMs: number;
  readonly kind: 'failure' | 'page' | 'change' | 'over' | 'other';
  readonly text: string;
}

const KINDS: Readonly<Record<string, Mark['kind']>> = {
  'first-failure': 'failure',
  page: 'page',
  ticket: 'page',
  resolve: 'over',
  resolved: 'over',
};

/** Everything known of a window, in order: what engines decided, what was told, what changed. */
export function marksOf(incidents: Iterable<IncidentBody>, fromMs: number, toMs: number): readonly Mark[] {
  const marks = [...incidents].flatMap(({ id, timeline, incident }) => [
    ...timeline.map(({ at, what, text }) => mark(at, KINDS[what] ?? 'other', `${id}, ${what}: ${text}`)),
    ...incident.drift.map(({ at, probe, fact }) => mark(at, 'change', `${fact} of ${probe} changed`)),
    ...incident.changes.map(({ at, service, summary }) => mark(at, 'change', `${service}: ${summary}`)),
    ...(incident.resolvedAt === null ? [] : [mark(incident.resolvedAt, 'over', `${id} is over`)]),
  ]);
  const unique = new Map(marks.map((each) => [`${each.atMs} ${each.text}`, each]));
  return [...unique.values()]
    .filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)
    .sort((a, b) => a.atMs - b.atMs || (a.text < b.text ? -1 : 1));
}

/** The nearest instant with a mark after (or before) this one; null where there is none. */
export function nextMark(marks: readonly Mark[], atMs: number, direction: 1 | -1): Mark | null {
  const found = direction === 1 ? marks.find((each) => each.atMs > atMs) : marks.findLast((each) => each.atMs < atMs);
  return found ?? null;
}

function mark(at: string, kind: Mark['kind'], text: string): Mark {
  return { atMs: Date.parse(at), kind, text };
}
