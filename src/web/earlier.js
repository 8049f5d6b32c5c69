import { element } from './element.js';
import { timeText } from './time-text.js';
import { duration } from './words.js';

/** @typedef {import('./api-client.js').Incident} Incident */

/**
 * An incident that is over, on one line.
 *
 * @param {Incident} view
 */
export function drawEarlier({ id, incident }) {
  const { title, startedAt, resolvedAt } = incident;
  const lasted = resolvedAt === null ? '' : `lasted ${duration(Date.parse(resolvedAt) - Date.parse(startedAt))}`;
  return element(
    'li',
    { title: id },
    element('span', { class: 'what' }, title),
    element('span', { class: 'muted' }, `${lasted}, over `, resolvedAt && timeText(resolvedAt, 'ago')),
  );
}
