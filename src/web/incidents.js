import { element, link } from './element.js';
import { stateMark, STATE_WORDS } from './state-mark.js';
import { clockText, timeText } from './time-text.js';
import { counted, factText, listed } from './words.js';

/**
 * @typedef {import('./api-client.js').Incident} Incident
 * @typedef {import('./element.js').Child} Child
 */

const AT_MOST = 8;

/** @type {Readonly<Record<Incident['incident']['severity'], import('./state-mark.js').State>>} */
const MARKS = { critical: 'down', warning: 'degraded', info: 'unknown' };

/**
 * One incident: the sentence that was sent, who is hit and who is not, why we believe it, and which way out stands.
 *
 * @param {Incident} view
 * @param {(id: string) => void} acknowledge
 * @returns {HTMLElement}
 */
export function drawIncident(view, acknowledge) {
  const { incident } = view;
  const pending = view.state === 'pending';
  const button = element('button', { type: 'button', 'aria-label': `Acknowledge ${view.id}` }, 'Acknowledge');
  button.addEventListener('click', () => acknowledge(view.id));
  return element(
    'li',
    { class: `incident ${incident.severity}${pending ? ' pending' : ''}` },
    element(
      'div',
      { class: 'head' },
      stateMark(pending ? 'unknown' : MARKS[incident.severity]),
      element('h2', {}, incident.title),
      timeText(incident.startedAt, 'span'),
      pending || view.acknowledgedBy !== null ? null : button,
    ),
    element('dl', {}, ...hit(view), ...reasons(view), ...waysOut(view)),
    element('p', { class: 'foot muted' }, ...footer(view)),
  );
}

/** @param {Incident} view */
function hit({ incident }) {
  const { root, impact, unaffected } = incident;
  return [
    ...row('broken', root.capabilities.length === 0 ? [] : [names(root.capabilities)]),
    .../** @type {const} */ (['down', 'degraded', 'at-risk']).flatMap((state) => {
      const those = impact.filter((each) => each.state === state);
      const lines = those.slice(0, AT_MOST).map((each) => impactLine(each));
      return row(STATE_WORDS[state], [...lines, ...more(those.length - AT_MOST)], state);
    }),
    ...row('not affected', unaffected.length === 0 ? [] : [names(unaffected)]),
  ];
}

/** @param {Incident['incident']['impact'][number]} each */
function impactLine({ capability, effect, owner, until }) {
  return element(
    'span',
    {},
    element('code', {}, capability),
    until === null ? null : element('span', { class: 'state at-risk' }, ' ', timeText(until, 'left')),
    effect === null ? null : ` ${effect}`,
    owner === null ? null : element('span', { class: 'muted' }, ` (${owner})`),
  );
}

/** @param {Incident} view */
function reasons({ incident }) {
  const { root, drift, changes } = incident;
  const about = [root.probe, root.class].filter((part) => part !== null).join(' ');
  return [
    ...row('because', [
      root.message === '' ? null : element('span', { class: 'evidence' }, root.message),
      root.expected === undefined && root.got === undefined ? null : comparison(root.expected, root.got),
      about === '' ? null : element('span', { class: 'muted' }, element('code', {}, about)),
      root.inferred ? 'Inferred from those that need it; nothing probes it directly.' : null,
    ]),
    ...row('changed', [
      ...drift.slice(-AT_MOST).map(driftLine),
      ...changes
        .slice(-AT_MOST)
        .map((change) =>
          element(
            'span',
            {},
            `${change.service}: `,
            change.url === null ? change.summary : link(change.url, change.summary),
            element(
              'span',
              { class: 'muted' },
              change.by === null ? ' ' : ` by ${change.by}, `,
              timeText(change.at, 'ago'),
            ),
          ),
        ),
    ]),
  ];
}

/**
 * @param {string | undefined} expected
 * @param {string | undefined} got
 */
function comparison(expected = '', got = '') {
  return element(
    'span',
    { class: 'comparison' },
    element('span', { class: 'muted' }, 'expected'),
    element('code', {}, expected),
    element('span', { class: 'muted' }, 'got'),
    element('code', {}, got),
  );
}

/** @param {Incident['incident']['drift'][number]} drift */
function driftLine({ at, probe, fact, before, after, announced }) {
  return element(
    'span',
    {},
    `${fact} of ${probe} `,
    element('code', {}, `${factText(before)} → ${factText(after)}`),
    element('span', { class: 'muted' }, announced ? ' announced, ' : ' nobody announced it, ', timeText(at, 'ago')),
  );
}

/** @param {Incident} view */
function waysOut({ incident }) {
  const order = ['works', 'unproven', 'blocked'];
  const ways = [...incident.recovery].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  const lines = ways.slice(0, AT_MOST).map((way) => {
    const { word, state } = STANDING[way.state];
    const drilled = way.drilled === null ? 'never drilled' : `drilled ${way.drilled}`;
    const needs = way.blockedBy.length === 0 ? '' : `: needs ${way.blockedBy.join(' → ')}`;
    return element(
      'span',
      {},
      way.url === null ? way.name : link(way.url, way.name),
      element('span', { class: `state ${state}` }, ` ${word}`),
      element('span', { class: 'muted' }, `${needs}${way.breakGlass ? `, break-glass, ${drilled}` : ''}`),
    );
  });
  const runbook = incident.runbook === null ? [] : [link(incident.runbook, 'Runbook')];
  return row('way out', [...lines, ...runbook]);
}

const STANDING = /** @type {const} */ ({
  works: { word: '✓ works', state: 'up' },
  unproven: { word: '? not proven', state: 'degraded' },
  blocked: { word: '✕ blocked', state: 'down' },
});

/**
 * @param {Incident} view
 * @returns {(string | Node)[]}
 */
function footer(view) {
  const { incident } = view;
  const held = view.held === null ? '' : ` (${view.held})`;
  const told = incident.pagedAt === null ? [] : ['paged ', clockText(incident.pagedAt), ', '];
  return [
    element('code', {}, view.id),
    ` · ${incident.owner ?? 'no owner'} · since `,
    clockText(incident.startedAt),
    ' · ',
    ...(view.state === 'pending' ? [`nobody was told yet${held}`] : told),
    ...(view.state === 'pending'
      ? []
      : [view.acknowledgedBy === null ? 'not acknowledged' : `acknowledged by ${view.acknowledgedBy}`]),
    ...(incident.suppressed.length === 0
      ? []
      : [
          ` · ${counted(incident.suppressed.length, 'alert')} held back: `,
          listed(incident.suppressed.map((each) => `${each.probe} (${each.reason})`).slice(0, AT_MOST)),
        ]),
  ];
}

/**
 * A line of an incident with its label; nothing where there is nothing to say.
 *
 * @param {string} label
 * @param {readonly Child[]} lines
 * @param {string} [state]
 */
function row(label, lines, state = '') {
  const said = lines.filter((line) => line !== null && line !== undefined);
  if (said.length === 0) return [];
  return [
    element('dt', { class: state === '' ? 'label' : `label state ${state}` }, label),
    element('dd', {}, ...said.map((line) => element('div', {}, line))),
  ];
}

/** @param {readonly string[]} all */
function names(all) {
  return element('span', {}, ...all.flatMap((name, index) => [index === 0 ? null : ' · ', element('code', {}, name)]));
}

/** @param {number} count */
function more(count) {
  return count > 0 ? [element('span', { class: 'muted' }, `and ${count} more`)] : [];
}
