import { acknowledge, askEarlier, AskError, askServices, askStatus } from './api-client.js';
import { drawEarlier } from './earlier.js';
import { byId, element } from './element.js';
import { drawIncident } from './incidents.js';
import { showList } from './keyed-list.js';
import { drawNow, told } from './now.js';
import { showServices } from './services.js';
import { signIn } from './sign-in.js';
import { STATE_WORDS, stateMark } from './state-mark.js';
import { clockText, refreshTimes, timeText } from './time-text.js';
import { counted } from './words.js';

/**
 * @typedef {import('./api-client.js').Status} Status
 * @typedef {import('./api-client.js').Service} Service
 * @typedef {import('./api-client.js').Incident} Incident
 * @typedef {{ status: Status, services: readonly Service[], earlier: readonly Incident[] }} World
 */

const EVERY_MS = 5000;
const SEARCH_FROM = 20;
const EARLIER_SHOWN = 5;

/** What the page knows: the world as it last was, and whether the daemon still answers. */
const known = {
  /** @type {World | null} */
  world: null,
  /** The daemon's clock, less ours: times are told by its clock. */
  skewMs: 0,
  /** @type {AskError | null} why the daemon did not answer */
  lost: null,
  /** @type {string | null} what somebody asked for and did not get */
  complaint: null,
  wanted: '',
  /** Somebody declined to sign in; the page does not ask again by itself. */
  declined: false,
};

/** Asks for everything, shows it, and asks again in five seconds. */
async function keepAsking() {
  await askOnce();
  setTimeout(() => void keepAsking(), EVERY_MS);
}

async function askOnce() {
  try {
    const [status, services] = await Promise.all([askStatus(), askServices()]);
    const earlier = await earlierOf(status);
    known.world = { status, services, earlier };
    known.skewMs = Date.parse(status.now) - Date.now();
    known.lost = null;
  } catch (reason) {
    known.lost = asError(reason);
    if (known.lost.status === 401 && !known.declined) askForToken(known.lost);
  }
  show();
}

/**
 * What is over changes when an incident ends; it is asked for then, and not every five seconds.
 *
 * @param {Status} status
 */
async function earlierOf({ incidents }) {
  const before = known.world?.status.incidents;
  const ids = (/** @type {readonly Incident[]} */ all) => all.map(({ id }) => id).join(' ');
  if (known.world !== null && before !== undefined && ids(before) === ids(incidents)) return known.world.earlier;
  return askEarlier();
}

/** @param {AskError} refusal */
function askForToken(refusal) {
  known.declined = false;
  signIn(refusal, { tried: () => void askOnce(), declined: () => (known.declined = true) });
}

/** @param {unknown} reason */
function asError(reason) {
  return reason instanceof AskError
    ? reason
    : new AskError(0, reason instanceof Error ? reason.message : String(reason));
}

/** @param {string} id */
async function acknowledgeIncident(id) {
  known.complaint = null;
  try {
    await acknowledge(id);
    await askOnce();
  } catch (reason) {
    const error = asError(reason);
    if (error.status === 401 || error.status === 403) signIn(error, { tried: () => void acknowledgeIncident(id) });
    else known.complaint = `Asked to acknowledge ${id}, got ${error.message}.`;
    show();
  }
}

function show() {
  const { world, lost, complaint } = known;
  document.body.classList.toggle('stale', lost !== null && world !== null);
  showTroubles([
    ...(lost === null ? [] : [connectionLost(lost)]),
    ...(complaint === null ? [] : [complaint]),
    ...(world?.status.troubles ?? []).map((trouble) => `The monitor itself is in trouble: ${trouble}.`),
  ]);
  if (world !== null) showWorld(world);
  refresh();
}

/** @param {World} world */
function showWorld({ status, services, earlier }) {
  const { incidents } = status;
  const open = incidents.filter(({ state }) => state === 'open');
  document.title = `${open.length > 0 ? `■ ${open.length} · ` : ''}${status.instance} · Tocsin`;
  byId('instance').textContent = status.instance;
  showList(byId('freshness'), [status], {
    key: () => 'freshness',
    shows: ({ at, probes }) => [at, probes],
    draw: ({ at, probes }) => element('span', {}, `${counted(probes, 'probe')}, newest result `, timeText(at, 'ago')),
  });
  const ended = told(earlier);
  const headline = drawNow(status, earlier);
  showList(byId('now'), headline === null ? [] : [headline], {
    key: () => 'now',
    shows: (drawn) => drawn.outerHTML,
    draw: (drawn) => drawn,
  });
  showList(byId('incidents'), [...open, ...incidents.filter(({ state }) => state === 'pending')], {
    key: ({ id }) => id,
    shows: (incident) => incident,
    draw: (incident) => drawIncident(incident, (id) => void acknowledgeIncident(id)),
  });
  showCounts(status);
  byId('watched').hidden = services.length === 0;
  byId('search').hidden = services.length < SEARCH_FROM;
  showServices(byId('owners'), services, incidents, known.wanted);
  byId('earlier').hidden = ended.length === 0;
  showList(byId('earlier-list'), ended.slice(0, EARLIER_SHOWN), {
    key: ({ id }) => id,
    shows: (incident) => incident,
    draw: drawEarlier,
  });
}

/** @param {Status} status */
function showCounts({ summary }) {
  const states = /** @type {const} */ (['down', 'degraded', 'at-risk', 'unknown', 'up']);
  showList(
    byId('counts'),
    states.filter((state) => summary[state] > 0),
    {
      key: (state) => state,
      shows: (state) => summary[state],
      draw: (state) => element('span', {}, stateMark(state), ` ${summary[state]} ${STATE_WORDS[state]}`),
    },
  );
}

/** @param {AskError} error */
function connectionLost(error) {
  const place = new URL('.', document.baseURI).href;
  const now = known.world?.status.now;
  const button = element('button', { type: 'button' }, 'Sign in');
  button.addEventListener('click', () => askForToken(error));
  return element(
    'span',
    {},
    `Asked ${place}, got ${error.message}; asking again every ${EVERY_MS / 1000} s. `,
    ...(now === undefined ? [] : ['Below is how things stood at ', clockText(now), ', ', timeText(now, 'ago'), '. ']),
    error.status === 401 ? button : null,
  );
}

/** @param {readonly (string | Node)[]} troubles */
function showTroubles(troubles) {
  const place = byId('trouble');
  place.hidden = troubles.length === 0;
  place.replaceChildren(...troubles.map((trouble) => element('div', {}, trouble)));
}

/** Brings relative times up to now. */
function refresh() {
  refreshTimes(document, Date.now() + known.skewMs);
}

byId('search').addEventListener('input', ({ target }) => {
  if (target instanceof HTMLInputElement) known.wanted = target.value;
  if (known.world !== null) showWorld(known.world);
  refresh();
});
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void askOnce();
});
setInterval(refresh, 1000);
void keepAsking();
