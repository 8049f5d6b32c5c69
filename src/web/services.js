import { element } from './element.js';
import { showList } from './keyed-list.js';
import { stateMark, STATE_WORDS } from './state-mark.js';
import { timeText } from './time-text.js';

/**
 * @typedef {import('./api-client.js').Incident} Incident
 * @typedef {import('./api-client.js').Service} Service
 * @typedef {Service['probes'][number]} Probe
 * @typedef {{ service: Service, since: string | null }} Row
 */

const NO_OWNER = 'no owner';

/**
 * All services by owner, in an order that does not depend on how they stand: nothing moves while it is read.
 *
 * @param {HTMLElement} parent
 * @param {readonly Service[]} services
 * @param {readonly Incident[]} incidents those that are not over
 * @param {string} wanted only services whose name, title, owner or capabilities contain this
 */
export function showServices(parent, services, incidents, wanted) {
  const rows = services
    .filter((service) => matches(service, wanted))
    .sort((a, b) => a.tier - b.tier || (a.service < b.service ? -1 : 1))
    .map((service) => ({ service, since: sinceOf(service, incidents) }));
  const groups = Map.groupBy(rows, ({ service }) => service.owner ?? NO_OWNER);
  const owners = [...groups].sort(([a], [b]) => Number(a === NO_OWNER) - Number(b === NO_OWNER) || (a < b ? -1 : 1));
  showList(parent, owners, { key: ([owner]) => owner, shows: ([owner]) => owner, draw: drawOwner });
  for (const [index, [, own]] of owners.entries()) {
    const list = parent.children[index]?.querySelector('ul');
    if (list instanceof HTMLElement)
      showList(list, own, { key: ({ service }) => service.service, shows: (row) => row, draw: drawService });
  }
}

/**
 * @param {Service} service
 * @param {string} wanted
 */
function matches({ service, title, owner, capabilities }, wanted) {
  const text = [service, title, owner, ...capabilities.map(({ capability }) => capability)].join(' ').toLowerCase();
  return text.includes(wanted.trim().toLowerCase());
}

/** @param {readonly [string, unknown]} group */
function drawOwner([owner]) {
  return element('section', { class: 'owner' }, element('h2', { class: 'label' }, owner), element('ul', {}));
}

/** @param {Row} row */
function drawService({ service, since }) {
  const { state, capabilities } = service;
  // A service that only ever is up has no name for that: its one capability is shown as the state's word.
  const word = capabilities.length === 1 && capabilities[0]?.capability === `${service.service}.up` ? null : state;
  return element(
    'li',
    {},
    element(
      'details',
      {},
      element(
        'summary',
        { title: service.title },
        element('span', { class: 'name' }, service.service),
        element(
          'span',
          { class: 'capabilities' },
          ...capabilities.map((each) => drawCapability(each, word === null, capabilities.length > 1)),
        ),
        element(
          'span',
          { class: 'since' },
          word && element('span', { class: word === 'up' ? null : word }, STATE_WORDS[word]),
          since === null ? null : timeText(since, 'span'),
        ),
      ),
      element(
        'div',
        { class: 'more' },
        service.title === null ? null : element('p', {}, service.title),
        drawProbes(service),
      ),
    ),
  );
}

/**
 * One capability: its shape, its name, and where others stand beside it the word for what is not up.
 *
 * @param {Service['capabilities'][number]} view
 * @param {boolean} isNameless
 * @param {boolean} hasOthers
 */
function drawCapability({ capability, title, state, shallow, via, until }, isNameless, hasOthers) {
  const name = capability.slice(capability.indexOf('.') + 1);
  const why = via.length === 0 ? '' : `, needs ${via.join(', ')}`;
  return element(
    'span',
    {
      class: 'capability',
      title: `${title ?? capability}: ${STATE_WORDS[state]}${why}${shallow ? ', but only something answers' : ''}`,
    },
    stateMark(state),
    isNameless ? element('span', { class: state === 'up' ? null : state }, STATE_WORDS[state]) : name,
    state === 'up' || !hasOthers ? null : element('span', { class: `state ${state}` }, STATE_WORDS[state]),
    until === null ? null : element('span', { class: `state ${state}` }, timeText(until, 'left')),
  );
}

/** @param {Service} service */
function drawProbes({ probes }) {
  if (probes.length === 0)
    return element('p', { class: 'muted' }, 'Nothing probes it; it stands as what it needs stands.');
  return element('ul', { class: 'probes' }, ...probes.map(drawProbe));
}

/** @type {Readonly<Record<Probe['status'], import('./state-mark.js').State>>} */
const PROBE_MARKS = { passing: 'up', suspect: 'degraded', failing: 'down', recovering: 'degraded', unknown: 'unknown' };

/** @param {Probe} probe */
function drawProbe({ probe, kind, status, since, lastAt, message, warnings, class: failure }) {
  return element(
    'li',
    {},
    element(
      'div',
      {},
      stateMark(PROBE_MARKS[status]),
      element('code', {}, probe),
      element(
        'span',
        { class: 'muted' },
        ` ${kind}, ${status}`,
        since === null ? null : ' for ',
        since && timeText(since, 'span'),
      ),
      element(
        'span',
        { class: 'muted' },
        lastAt === null ? ', no run yet' : ', last run ',
        lastAt && timeText(lastAt, 'ago'),
      ),
    ),
    message === null ? null : element('div', { class: 'evidence' }, failure === null ? '' : `${failure}: `, message),
    ...warnings.map((warning) => element('div', { class: 'evidence' }, `${warning.class}: ${warning.message}`)),
  );
}

/**
 * Since when it stands so: the incident that hits it, else its probes. Null where nothing says.
 *
 * @param {Service} service
 * @param {readonly Incident[]} incidents
 */
function sinceOf({ service, state, capabilities, probes }, incidents) {
  const own = new Set(capabilities.map(({ capability }) => capability));
  const starts = incidents
    .filter(({ incident: { root, impact } }) => root.id === service || impact.some((hit) => own.has(hit.capability)))
    .map(({ incident }) => incident.startedAt);
  if (state !== 'up' && starts.length > 0) return starts.sort()[0] ?? null;
  const changes = probes.flatMap(({ since, status }) =>
    since !== null && (state === 'up' || status !== 'passing') ? [since] : [],
  );
  return changes.sort().at(state === 'up' ? -1 : 0) ?? null;
}
