import { element } from './element.js';
import { stateMark } from './state-mark.js';
import { timeText } from './time-text.js';
import { counted } from './words.js';

/**
 * @typedef {import('./api-client.js').Status} Status
 * @typedef {import('./api-client.js').Incident} Incident
 */

/**
 * The one line that answers "is anything wrong?" while no incident does: incidents speak for themselves.
 *
 * @param {Status} status
 * @param {readonly Incident[]} earlier
 * @returns {HTMLElement | null}
 */
export function drawNow(status, earlier) {
  const { summary } = status;
  if (status.incidents.length > 0) return null;
  const capabilities = Object.values(summary).reduce((all, count) => all + count, 0);
  if (capabilities === 0)
    return headline('unknown', 'Nothing is watched yet', [
      'A service in the configuration, with a probe, appears here within seconds.',
    ]);
  if (!status.ready)
    return headline('unknown', 'Taking a first look', [
      'Not every probe has had its first run. What is known is below.',
    ]);
  if (summary.down + summary.degraded + summary['at-risk'] > 0) {
    const worst = summary.down > 0 ? 'down' : summary.degraded > 0 ? 'degraded' : 'at-risk';
    return headline(worst, 'Not all is up, and nobody was told', [
      'It may be a blip, or something that asks for no page.',
    ]);
  }
  if (summary.unknown > 0)
    return headline('unknown', 'Nothing known is wrong', [
      `${counted(summary.unknown, 'capability', 'capabilities')} without a fresh result: unknown, not up.`,
    ]);
  return headline('up', 'All well', quietSince(status, earlier));
}

/**
 * Incidents that were told, newest end first.
 *
 * @param {readonly Incident[]} earlier
 */
export function told(earlier) {
  return earlier
    .filter(({ event, incident }) => event !== null && event !== 'record' && incident.resolvedAt !== null)
    .sort((a, b) => ((a.incident.resolvedAt ?? '') < (b.incident.resolvedAt ?? '') ? 1 : -1));
}

/**
 * @param {Status} status
 * @param {readonly Incident[]} earlier
 */
function quietSince(status, earlier) {
  const ended = told(earlier)[0]?.incident.resolvedAt ?? null;
  if (ended !== null) return ['No incident for ', timeText(ended, 'span'), '.'];
  return ['No incident since this daemon started, ', timeText(status.startedAt, 'ago'), '.'];
}

/**
 * @param {import('./state-mark.js').State} state
 * @param {string} title
 * @param {readonly (string | Node)[]} more
 */
function headline(state, title, more) {
  return element(
    'div',
    { class: 'headline' },
    stateMark(state),
    element('p', { class: 'title' }, title),
    element('p', { class: 'muted' }, ...more),
  );
}
