import type { Configuration } from '../../model/configuration.ts';
import { tell } from '../incident/incident.ts';
import type { Incident } from '../incident/incident.ts';
import type { Turn } from '../state.ts';
import { windowOver } from './maintenance.ts';
import { matchingRoutes } from './route.ts';
import type { Destination, Routed } from './route.ts';
import { remember, routed, send } from './send.ts';
import { silenceFor } from './silence.ts';
import { spokenDuration } from './words.ts';

/** Who else is paged while nobody acknowledges: as the routes said when the page was sent. */
export interface Escalation {
  /** When the page was sent; moved by the time that nobody lived through. */
  readonly from: number;
  /** In order of time; those that were taken are gone. */
  readonly steps: readonly { readonly afterMs: number; readonly to: readonly Destination[] }[];
}

/** The steps that begin with a page that is sent now; null where the routes declare none. */
export function beginEscalation(turn: Turn, incident: Incident): Escalation | null {
  const steps = stepsOf(turn.configuration, routed(turn, incident, incident.owner));
  return steps.length === 0 ? null : { from: turn.now, steps };
}

/**
 * Takes the steps that are due while nobody acknowledged, and gives when the next one is. Whoever already got the
 * page is told once more by an update; a silence or a planned window stops the clock's word, not the clock.
 */
export function escalate(turn: Turn, incident: Incident): number | null {
  const { escalation } = incident;
  if (escalation === null || incident.loudness !== 'page' || incident.acknowledgedBy !== null) return null;
  const { from, steps } = escalation;
  const due = steps.filter(({ afterMs }) => from + afterMs <= turn.now);
  const muted = silenceFor(turn, incident, incident.owner)?.until ?? windowOver(turn, incident)?.until;
  if (due.length > 0 && muted !== undefined) return muted;
  const left = steps.slice(due.length);
  incident.escalation = left.length === 0 ? null : { from, steps: left };
  for (const step of due) take(turn, incident, step.to);
  return left[0] === undefined ? null : from + left[0].afterMs;
}

function take(turn: Turn, incident: Incident, to: readonly Destination[]): void {
  const reason = `nobody acknowledged in ${spokenDuration(turn.now - (incident.pagedAt ?? incident.startedAt))}`;
  const paged = to.filter(({ channel }) => incident.told.get(channel)?.event === 'page');
  const fresh = to.filter((target) => !paged.includes(target));
  tell(incident, turn.now, 'escalated', `${reason}: ${to.map(({ channel }) => channel).join(', ')}`);
  turn.effects.push({ kind: 'decide', incident: incident.id, decision: 'escalated', reason });
  remember(incident, 'page', incident.owner, fresh);
  send(turn, incident, 'page', fresh, reason);
  send(turn, incident, 'update', paged, reason);
}

function stepsOf(configuration: Configuration, about: Routed): Escalation['steps'] {
  return matchingRoutes(configuration, about)
    .flatMap(({ escalate: declared, fallback }) =>
      declared.map(({ afterMs, to }) => ({
        afterMs,
        to: to.map((channel): Destination => ({ channel, ...(fallback === undefined ? {} : { fallback }) })),
      })),
    )
    .sort((a, b) => a.afterMs - b.afterMs);
}
