import type { ZodType } from 'zod';
import { printable } from '../../ports/printable.ts';
import { errorBody, readJson } from '../dialogue/http-answer.ts';
import type { HttpAnswer, HttpAsked } from '../dialogue/http-session.ts';
import { DEFAULT_IDENTITY_KEY, identityVerdict } from '../dialogue/identity.ts';
import { fails, held, type Known, type Question, type Verdict } from '../dialogue/question.ts';
import {
  alarmsShape,
  doneShape,
  ETCD,
  firstValue,
  grpcCode,
  leaseShape,
  rangeShape,
  statusShape,
  tokenShape,
} from './answers.ts';
import type { EtcdOptions } from './options.ts';

type EtcdQuestion = Question<HttpAsked, HttpAnswer>;

const AUTHENTICATE = 'authenticate';
export const STATUS = 'status';
export const ALARMS = 'alarms';
export const CANARY_WRITE = 'canary write';
const LEASE = 'canary lease';

/** A canary that nobody took back is gone after this. */
const LEASE_TTL_S = 60;
/** gRPC's PERMISSION_DENIED: alarms are for root alone. */
const PERMISSION_DENIED = 7;
const SHOWN = '<secret>';

/** What one run is about: its canary's name and value, and whether it writes one. */
export interface EtcdErrand {
  readonly nonce: string;
  readonly due: boolean;
}

/** What an `etcd` probe asks, in order. */
export function etcdQuestions(options: EtcdOptions, errand: EtcdErrand): readonly EtcdQuestion[] {
  return [
    ...(options.username === undefined ? [] : [authenticate(options)]),
    status(),
    identity(options),
    alarms(options),
    ...(options.write ? canary(errand) : []),
  ];
}

/** The alarms that are raised, by name; empty where they may not be asked for. */
export function alarmsIn(answer: HttpAnswer | undefined): readonly string[] {
  const raised = answer === undefined ? undefined : errorBody(answer, alarmsShape)?.alarms;
  return raised?.map(({ alarm }) => String(alarm ?? 'NONE')) ?? [];
}

function authenticate({ username, password }: EtcdOptions): EtcdQuestion {
  return {
    step: AUTHENTICATE,
    kind: 'reach',
    ask: () => post(new Map(), '/v3/auth/authenticate', { name: username, password: password?.reveal() }),
    check: (answer) => done(answer, tokenShape, () => held()),
    keep: (answer) => ({ ...answer, body: JSON.stringify({ token: SHOWN }) }),
  };
}

function status(): EtcdQuestion {
  return {
    step: STATUS,
    kind: 'reach',
    ask: (known) => post(known, '/v3/maintenance/status', {}),
    check: (answer) =>
      done(answer, statusShape, ({ leader, version }) => {
        if (leader !== undefined && leader !== '0') return held(`version ${printable(version, 40)}, leader ${leader}`);
        const message = `${answer.request}: expected a leader, got none`;
        return fails('semantic.not_ready', message, { expected: 'a leader', got: 'no leader' });
      }),
  };
}

/** Ranges are linearizable unless asked otherwise: this one is answered by a quorum or not at all. */
function identity(options: EtcdOptions): EtcdQuestion {
  const key = options.identity?.key ?? DEFAULT_IDENTITY_KEY;
  return {
    step: 'identity',
    kind: 'read',
    ask: (known) => post(known, '/v3/kv/range', { key: base64(key) }),
    check: (answer) =>
      done(answer, rangeShape, (range) => {
        const is = identityVerdict(options.identity, firstValue(range), answer.request, 'identity.cluster_mismatch');
        const [expected, got] = [options.clusterId, range.header.cluster_id];
        if (!is.holds || expected === undefined || expected === got) return is;
        const message = `${answer.request}: expected the cluster ${expected}, got ${got}`;
        return fails('identity.cluster_mismatch', message, { expected: `cluster ${expected}`, got: `cluster ${got}` });
      }),
  };
}

/**
 * A full store still reads well, so its alarm counts against writes: where the probe writes it fails, elsewhere it
 * is a warning. A corrupt one is a failure for everybody.
 */
function alarms({ write }: EtcdOptions): EtcdQuestion {
  return {
    step: ALARMS,
    kind: write ? 'write' : 'read',
    ask: (known) => post(known, '/v3/maintenance/alarm', { action: 'GET' }),
    check(answer) {
      if (grpcCode(answer) === PERMISSION_DENIED) return held('not permitted to ask');
      return done(answer, alarmsShape, () => {
        const raised = alarmsIn(answer);
        const got = printable(raised.join(', '), 200);
        const what = { expected: 'no alarm', got };
        const message = `${answer.request}: expected no alarm, got ${got}`;
        if (raised.includes('CORRUPT')) return fails('integrity.consistency_invalid', message, what);
        if (raised.includes('NOSPACE') && write) return fails('quota.storage_full', message, what);
        return held(got === '' ? 'none' : got);
      });
    },
  };
}

function canary({ nonce, due }: EtcdErrand): readonly EtcdQuestion[] {
  const key = base64(`tocsin/canary:${nonce}`);
  const value = base64(nonce);
  return [
    {
      step: LEASE,
      kind: 'write',
      ask: (known) => (due ? post(known, '/v3/lease/grant', { TTL: LEASE_TTL_S }) : undefined),
      check: (answer) => done(answer, leaseShape, ({ ID }) => held(ID)),
    },
    {
      step: CANARY_WRITE,
      kind: 'write',
      ask: (known) => withLease(known, '/v3/kv/put', (lease) => ({ key, value, lease })),
      check: (answer) => done(answer, doneShape, () => held()),
    },
    {
      step: 'canary read back',
      kind: 'write',
      ask: (known) => withLease(known, '/v3/kv/range', () => ({ key })),
      check: (answer) =>
        done(answer, rangeShape, (range) => {
          const got = firstValue(range);
          if (got === nonce) return held(nonce);
          const message = `${answer.request}: expected ${nonce}, got ${printable(got ?? 'no such key', 200)}`;
          const failureClass = got === undefined ? 'semantic.canary_missing' : 'semantic.wrong_value';
          return fails(failureClass, message, { expected: nonce, got: printable(got ?? 'no such key', 200) });
        }),
    },
    {
      step: 'canary clean-up',
      kind: 'write',
      cleanup: true,
      // The key goes with its lease; what cannot be revoked ends by its TTL.
      ask: (known) => withLease(known, '/v3/lease/revoke', (ID) => ({ ID })),
      check: (answer) => done(answer, doneShape, () => held()),
    },
  ];
}

function done<Shape>(answer: HttpAnswer, shape: ZodType<Shape>, check: (read: Shape) => Verdict): Verdict {
  const read = readJson(answer, shape, ETCD);
  return read.ok ? check(read.value) : read.verdict;
}

function withLease(known: Known<HttpAnswer>, path: string, body: (lease: string) => object): HttpAsked | undefined {
  const answer = known.get(LEASE);
  const lease = answer === undefined ? undefined : errorBody(answer, leaseShape)?.ID;
  return lease === undefined ? undefined : post(known, path, body(lease));
}

function post(known: Known<HttpAnswer>, path: string, body: object): HttpAsked {
  const answer = known.get(AUTHENTICATE);
  const token = answer === undefined ? undefined : errorBody(answer, tokenShape)?.token;
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: token }) },
    body: JSON.stringify(body),
  };
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
