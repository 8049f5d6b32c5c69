import { z } from 'zod';
import { printable } from '../../ports/printable.ts';
import { errorBody, readJson, type Dialect, type Read } from '../dialogue/http-answer.ts';
import type { HttpAnswer, HttpAsked } from '../dialogue/http-session.ts';
import { DEFAULT_IDENTITY_KEY, identityVerdict } from '../dialogue/identity.ts';
import { fails, held, type Known, type Question, type Verdict } from '../dialogue/question.ts';
import type { ConsulOptions } from './options.ts';

type ConsulQuestion = Question<HttpAsked, HttpAnswer>;

const LEADER = 'leader';
const SESSION = 'session';

/** What nobody gives back ends with its session, and that by its TTL. */
const SESSION_FIELDS = { Name: 'tocsin canary', TTL: '30s', Behavior: 'delete', LockDelay: '0s' };

/** Consul's errors are plain text; the status is all the code there is. */
const CONSUL: Dialect = { product: 'Consul', classOf: () => undefined };

const leaderShape = z.string().max(300);
const valuesShape = z
  .array(z.object({ Value: z.base64().nullable(), Session: z.string().max(100).optional() }))
  .min(1)
  .max(10);
const sessionShape = z.object({ ID: z.string().regex(/^[0-9A-Za-z-]{1,100}$/) });

/** What a `consul` probe asks, in order. `nonce` makes the canary's key and value this run's own. */
export function consulQuestions(options: ConsulOptions, nonce: string): readonly ConsulQuestion[] {
  return [leader(), identity(options), ...(options.write ? canary(nonce) : [])];
}

/** The address of the server that leads, as far as one was told. */
export function leaderIn(known: Known<HttpAnswer>): string | undefined {
  const answer = known.get(LEADER);
  const read = answer && readJson(answer, leaderShape, CONSUL);
  return read?.ok === true && read.value !== '' ? read.value : undefined;
}

function leader(): ConsulQuestion {
  return {
    step: LEADER,
    kind: 'reach',
    ask: () => ({ path: '/v1/status/leader' }),
    check(answer) {
      const read = readJson(answer, leaderShape, CONSUL);
      if (!read.ok) return read.verdict;
      if (read.value !== '') return held(printable(read.value, 200));
      const message = `${answer.request}: expected a leader, got none`;
      return fails('semantic.not_ready', message, { expected: 'a leader', got: 'no leader' });
    },
  };
}

/** `consistent`: the leader asks a quorum whether it still is one before it answers. */
function identity(options: ConsulOptions): ConsulQuestion {
  const key = options.identity?.key ?? DEFAULT_IDENTITY_KEY;
  return {
    step: 'identity',
    kind: 'read',
    ask: () => ({ path: `${keyPath(key)}?consistent` }),
    check(answer) {
      const read = valueIn(answer);
      return read.ok ? identityVerdict(options.identity, read.value?.text, answer.request) : read.verdict;
    },
  };
}

/** A lock is taken and given back: the write that those who elect leaders by Consul depend on. */
function canary(nonce: string): readonly ConsulQuestion[] {
  // A key of its own: a second daemon is not kept out, and keeps nobody out.
  const path = keyPath(`tocsin/canary-${nonce}`);
  return [
    {
      step: SESSION,
      kind: 'write',
      ask: () => put('/v1/session/create', JSON.stringify(SESSION_FIELDS)),
      check(answer) {
        const read = readJson(answer, sessionShape, CONSUL);
        return read.ok ? held(read.value.ID) : read.verdict;
      },
    },
    {
      step: 'canary write',
      kind: 'write',
      ask: (known) => withSession(known, (id) => put(`${path}?acquire=${id}`, nonce)),
      check: isTrue,
    },
    {
      step: 'canary read back',
      kind: 'write',
      ask: (known) => withSession(known, () => ({ path: `${path}?consistent` })),
      check(answer, known) {
        const read = valueIn(answer);
        if (!read.ok) return read.verdict;
        const session = sessionIn(known);
        if (read.value?.text === nonce && read.value.session === session) return held(nonce);
        const expected = `${nonce}, locked by session ${session}`;
        const got = read.value === undefined ? 'no such key' : describedValue(read.value);
        const failureClass = read.value === undefined ? 'semantic.canary_missing' : 'semantic.wrong_value';
        return fails(failureClass, `${answer.request}: expected ${expected}, got ${got}`, { expected, got });
      },
    },
    {
      step: 'canary clean-up',
      kind: 'write',
      cleanup: true,
      ask: (known) => withSession(known, (id) => put(`/v1/session/destroy/${id}`, '')),
      check: isTrue,
    },
  ];
}

/** Consul answers 200 also where it refused: only the body says whether it was done. */
function isTrue(answer: HttpAnswer): Verdict {
  const read = readJson(answer, z.boolean(), CONSUL);
  if (!read.ok) return read.verdict;
  if (read.value) return held('true');
  const message = `${answer.request}: expected true, got false with status ${answer.status}`;
  return fails('semantic.write_refused', message, { expected: 'true', got: 'false' });
}

interface Value {
  readonly text: string;
  readonly session: string | undefined;
}

/** The value under a key; `value: undefined` where there is no such key. */
function valueIn(answer: HttpAnswer): Read<Value | undefined> {
  // Consul says so with nothing in the body; a page with 404 is somebody else's.
  if (answer.status === 404 && answer.body === '') return { ok: true, value: undefined };
  const read = readJson(answer, valuesShape, CONSUL);
  if (!read.ok) return read;
  const first = read.value[0];
  return { ok: true, value: { text: decoded(first?.Value), session: first?.Session } };
}

function describedValue({ text, session }: Value): string {
  return `${printable(text, 200)}, locked by ${session === undefined ? 'nobody' : `session ${printable(session, 100)}`}`;
}

function decoded(base64: string | null | undefined): string {
  return Buffer.from(base64 ?? '', 'base64').toString('utf8');
}

function withSession(known: Known<HttpAnswer>, ask: (id: string) => HttpAsked): HttpAsked | undefined {
  const id = sessionIn(known);
  return id === undefined ? undefined : ask(id);
}

function sessionIn(known: Known<HttpAnswer>): string | undefined {
  const answer = known.get(SESSION);
  return answer === undefined ? undefined : errorBody(answer, sessionShape)?.ID;
}

function put(path: string, body: string): HttpAsked {
  return { method: 'PUT', path, body };
}

/** Slashes part a key into folders and stay. */
function keyPath(key: string): string {
  return `/v1/kv/${key.split('/').map(encodeURIComponent).join('/')}`;
}
