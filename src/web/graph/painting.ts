import { duration } from '../words/duration.ts';
import { STATES } from '../words/states.ts';
import type { State } from '../words/states.ts';
import type { Moment } from '../world/moment.ts';
import type { Cards } from './cards.ts';
import type { Painting } from './drawing.tsx';

/** The states of a moment; with an incident its blast radius is lit and its root ringed. */
export function paintMoment(
  { services, incidents, nowMs }: Moment,
  cards: Cards,
  incident: string | null,
  wanted: string,
): Painting {
  const states = new Map<string, State>();
  const notes = new Map<string, string>();
  const rank = (state: State): number => STATES.indexOf(state);
  for (const service of services.values())
    for (const { capability, state, until } of service.capabilities) {
      states.set(capability, state);
      if (until !== null) notes.set(capability, duration(Math.max(0, Date.parse(until) - nowMs)));
    }
  for (const card of cards.cards)
    if (card.kind === 'owner') {
      const all = card.services.map((name) => services.get(name)?.state ?? 'unknown');
      states.set(
        card.id,
        all.reduce((worst, each) => (rank(each) < rank(worst) ? each : worst), 'up'),
      );
    }
  const told = incident === null ? undefined : incidents.get(incident)?.incident;
  const text = wanted.trim().toLowerCase();
  const lit = told && new Set([...told.root.capabilities, ...told.impact.map(({ capability }) => capability)]);
  return {
    stateOf: (row) => states.get(row) ?? 'unknown',
    lit: lit ?? null,
    roots: new Set(told === undefined ? openRoots(incidents) : [told.root.id]),
    found:
      text === ''
        ? null
        : new Set(
            cards.cards.flatMap(({ id, title, rows, services: own }) =>
              [title, ...rows.map(({ name }) => name), ...own].some((each) => each.toLowerCase().includes(text))
                ? [id]
                : [],
            ),
          ),
    noteOf: (row) => notes.get(row) ?? null,
  };
}

function openRoots(incidents: Moment['incidents']): string[] {
  return [...incidents.values()].flatMap(({ state, incident }) => (state === 'resolved' ? [] : [incident.root.id]));
}
