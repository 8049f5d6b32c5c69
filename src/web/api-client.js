/**
 * @typedef {import('../api/shapes/status.ts').StatusBody} Status
 * @typedef {import('../api/shapes/service.ts').ServiceBody} Service
 * @typedef {import('../api/shapes/incident.ts').IncidentBody} Incident
 */

const TOKEN = 'tocsin.token';
const DEADLINE_MS = 8000;

/** An answer that is not the one asked for, or none. `status` is 0 where nothing came back. */
export class AskError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.name = 'AskError';
    this.status = status;
  }
}

/** @returns {Promise<Status>} */
export async function askStatus() {
  return /** @type {Status} */ (await ask('GET', 'status'));
}

/** @returns {Promise<readonly Service[]>} */
export async function askServices() {
  return /** @type {{ items: readonly Service[] }} */ (await ask('GET', 'services')).items;
}

/** @returns {Promise<readonly Incident[]>} the newest that are over */
export async function askEarlier() {
  return /** @type {{ items: readonly Incident[] }} */ (await ask('GET', 'incidents?state=resolved&limit=50')).items;
}

/** @param {string} incident */
export async function acknowledge(incident) {
  await ask('POST', `incidents/${encodeURIComponent(incident)}/ack`, {});
}

/**
 * Keeps the token of this tab; an empty one forgets it.
 *
 * @param {string} token
 */
export function keepToken(token) {
  if (token === '') sessionStorage.removeItem(TOKEN);
  else sessionStorage.setItem(TOKEN, token);
}

/** Whether this tab has a token. */
export function hasToken() {
  return sessionStorage.getItem(TOKEN) !== null;
}

/**
 * @param {'GET' | 'POST'} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<unknown>}
 */
async function ask(method, path, body) {
  const address = new URL(`api/v1/${path}`, document.baseURI);
  const token = sessionStorage.getItem(TOKEN);
  const response = await fetch(address, {
    method,
    cache: 'no-store',
    signal: AbortSignal.timeout(DEADLINE_MS),
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((/** @type {unknown} */ reason) => {
    const slow = reason instanceof DOMException && reason.name === 'TimeoutError';
    throw new AskError(0, slow ? `no answer within ${DEADLINE_MS / 1000} s` : 'no answer');
  });
  /** @type {unknown} */
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  throw new AskError(response.status, `${response.status} ${detailOf(answer)}`.trim());
}

/** @param {unknown} answer */
function detailOf(answer) {
  return typeof answer === 'object' && answer !== null && 'detail' in answer ? String(answer.detail) : '';
}
