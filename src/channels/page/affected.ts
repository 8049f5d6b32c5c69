import type { NotifiedImpact, NotifiedIncident } from '../../model/notification.ts';
import { printable } from '../../ports/printable.ts';
import type { Item, Section } from './page-content.ts';
import { spoken } from './spoken.ts';
import { timeSpan } from './time-words.ts';

const MAX_LISTED = 20;

const LABELS: readonly (readonly [state: NotifiedImpact['state'], label: string])[] = [
  ['down', 'down'],
  ['degraded', 'degraded'],
  ['at-risk', 'at risk'],
];

/** Who is hit, worst first: the broken capabilities themselves, then what the break does to others. */
export function affected(incident: NotifiedIncident, sentAt: string): Section[] {
  const broken = incident.root.capabilities.map(spoken);
  return [
    {
      about: 'broken',
      group: 'who',
      label: 'broken',
      items: broken.length === 0 ? [] : [{ tone: 'down', text: listed(broken) }],
    },
    ...LABELS.map(([state, label]): Section => {
      const hit = incident.impact.filter((impact) => impact.state === state);
      const items = hit.slice(0, MAX_LISTED).map((impact) => item(impact, sentAt));
      return {
        about: 'hit',
        group: 'who',
        label,
        items: hit.length > MAX_LISTED ? [...items, more(hit.length - MAX_LISTED)] : items,
      };
    }),
  ];
}

/** Who had been hit, in short: what it meant for them is over. */
export function wasAffected(incident: NotifiedIncident): Section[] {
  const hitBy = (state: NotifiedImpact['state']): readonly string[] =>
    incident.impact.filter((impact) => impact.state === state).map(({ capability }) => capability);
  const groups = [
    ['broken', 'was broken', incident.root.capabilities],
    ...LABELS.map(([state, label]) => ['hit', `was ${label}`, hitBy(state)] as const),
  ] as const;
  return groups.map(([about, label, names]) => {
    const text = listed(names.map(spoken));
    return { about, group: 'who', label, items: text === '' ? [] : [{ tone: 'plain', text }] };
  });
}

function item(impact: NotifiedImpact, sentAt: string): Item {
  const words = [timeLeft(impact, sentAt), impact.effect === null ? via(impact) : printable(impact.effect.trim(), 300)];
  return {
    tone: impact.state,
    term: spoken(impact.capability),
    text: words.filter((part) => part !== '').join(': '),
  };
}

/** For what lives on its cache: how long it still does. */
function timeLeft({ state, until }: NotifiedImpact, sentAt: string): string {
  if (state !== 'at-risk' || until === null) return '';
  const leftMs = Date.parse(until) - Date.parse(sentAt);
  if (Number.isNaN(leftMs)) return '';
  return leftMs > 0 ? `${timeSpan(leftMs)} left` : 'no time left';
}

function via({ via }: NotifiedImpact): string {
  return via.length === 0 ? '' : `needs ${listed(via.map(spoken))}`;
}

function more(count: number): Item {
  return { tone: 'plain', text: `and ${count} more` };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_LISTED).join(', ');
  return names.length > MAX_LISTED ? `${shown} and ${names.length - MAX_LISTED} more` : shown;
}
