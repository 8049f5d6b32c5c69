import { element } from './element.js';
import { ago, duration } from './words.js';

/** @typedef {'ago' | 'span' | 'left'} Reading `ago`: 4 min ago · `span`: 4 min · `left`: 6 min left */

/**
 * A time, read relatively and kept current by `refreshTimes`; in full when pointed at.
 *
 * @param {string} iso
 * @param {Reading} reading
 */
export function timeText(iso, reading) {
  return element('time', { datetime: iso, 'data-reading': reading, title: fullTime(iso) });
}

/**
 * A time of day in the viewer's zone, with UTC beside it.
 *
 * @param {string} iso
 */
export function clockText(iso) {
  const at = new Date(iso);
  const here = at.toLocaleTimeString(undefined, { hour12: false });
  const utc = iso.slice(11, 19);
  return element('time', { datetime: iso, title: fullTime(iso) }, here === utc ? `${utc} UTC` : `${here} (${utc} UTC)`);
}

/**
 * Brings all relative times up to `nowMs`, the daemon's clock.
 *
 * @param {ParentNode} within
 * @param {number} nowMs
 */
export function refreshTimes(within, nowMs) {
  for (const time of within.querySelectorAll('time')) {
    const text = relative(time.dataset['reading'], Date.parse(time.dateTime), nowMs);
    if (text !== undefined && time.textContent !== text) time.textContent = text;
  }
}

/**
 * @param {string | undefined} reading
 * @param {number} atMs
 * @param {number} nowMs
 */
function relative(reading, atMs, nowMs) {
  switch (reading) {
    case 'ago':
      return ago(nowMs - atMs);
    case 'span':
      return duration(nowMs - atMs);
    case 'left':
      return atMs > nowMs ? `${duration(atMs - nowMs)} left` : 'no time left';
    default:
      return undefined;
  }
}

/** @param {string} iso */
function fullTime(iso) {
  return `${new Date(iso).toLocaleString()} (${iso.slice(0, 19).replace('T', ' ')} UTC)`;
}
