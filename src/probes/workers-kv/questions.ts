import { z } from 'zod';
import type { FailureClass } from '../../model/failure.ts';
import { printable } from '../../ports/printable.ts';
import { errorBody, readJson, readText, type Dialect } from '../dialogue/http-answer.ts';
import type { HttpAnswer, HttpAsked } from '../dialogue/http-session.ts';
import { DEFAULT_IDENTITY_KEY, identityVerdict } from '../dialogue/identity.ts';
import { fails, held, type Known, type Question } from '../dialogue/question.ts';
import { counterIn, isBehind, lowestAllowed, MIN_BETWEEN_WRITES_MS, ttlSeconds, type CanaryPlan } from './canary.ts';
import type { WorkersKvOptions } from './options.ts';

type KvQuestion = Question<HttpAsked, HttpAnswer>;

export const NAMESPACE = 'namespace';
export const CANARY = 'canary';
export const CANARY_WRITE = 'canary write';
export const CANARY_READ_BACK = 'canary read back';

/** Codes of Cloudflare's envelope that say more than the status; the rest is told by the status. */
const KEY_NOT_FOUND = 10_009;
const CLASS_BY_CODE: ReadonlyMap<number, FailureClass> = new Map([
  // A malformed credential is answered with 400.
  [6003, 'auth.unauthorized'],
  [6111, 'auth.unauthorized'],
  [10_013, 'semantic.missing'],
]);

const errorsShape = z.object({ errors: z.array(z.object({ code: z.number() })).max(50) });
const envelope = <Result extends z.ZodType>(result: Result) => z.object({ success: z.boolean(), result });
const namespaceShape = envelope(z.object({ id: z.string().max(200), title: z.string().max(1000) }));
const doneShape = envelope(z.unknown());

const WORKERS_KV: Dialect = {
  product: 'Workers KV',
  classOf: (answer) => codesIn(answer).flatMap((code) => CLASS_BY_CODE.get(code) ?? [])[0],
};

/** What a `workers-kv` probe asks, in order. */
export function workersKvQuestions(options: WorkersKvOptions, plan: CanaryPlan): readonly KvQuestion[] {
  return [namespace(options), identity(options), ...(options.write ? canary(options, plan) : [])];
}

/** The namespace's title, as far as it was told. */
export function titleIn(known: Known<HttpAnswer>): string | undefined {
  const answer = known.get(NAMESPACE);
  const read = answer && readJson(answer, namespaceShape, WORKERS_KV);
  return read?.ok === true ? read.value.result.title.slice(0, 200) : undefined;
}

/** That a token verifies proves only that it exists; that it opens this namespace is what consumers need. */
function namespace(options: WorkersKvOptions): KvQuestion {
  return {
    step: NAMESPACE,
    kind: 'reach',
    ask: () => ({ path: namespacePath(options) }),
    check(answer) {
      const read = readJson(answer, namespaceShape, WORKERS_KV);
      if (!read.ok) return read.verdict;
      const { title, id } = read.value.result;
      const isThis = id === options.namespace && (options.title === undefined || title === options.title);
      if (isThis) return held(printable(title, 200));
      const expected = options.title === undefined ? options.namespace : `${options.namespace} ${options.title}`;
      const got = printable(`${id} ${title}`, 200);
      const message = `${answer.request}: expected the namespace ${expected}, got ${got}`;
      return fails('identity.environment_mismatch', message, { expected, got });
    },
  };
}

function identity(options: WorkersKvOptions): KvQuestion {
  const key = options.identity?.key ?? DEFAULT_IDENTITY_KEY;
  return {
    step: 'identity',
    kind: 'read',
    ask: () => ({ path: valuePath(options, key) }),
    check(answer) {
      if (isMissingKey(answer)) return identityVerdict(options.identity, undefined, answer.request);
      const read = readText(answer, WORKERS_KV);
      if (!read.ok) return read.verdict;
      if (options.identity !== undefined && read.value === '') {
        const expected = printable(options.identity.value, 200);
        const message = `${answer.request}: expected ${expected}, got a success with nothing in it`;
        return fails('semantic.wrong_value', message, { expected, got: 'an empty value' });
      }
      return identityVerdict(options.identity, read.value, answer.request);
    },
  };
}

function canary(options: WorkersKvOptions, plan: CanaryPlan): readonly KvQuestion[] {
  const path = valuePath(options, plan.key);
  return [
    {
      step: CANARY,
      kind: 'read',
      ask: () => (plan.last === null ? undefined : { path }),
      // What is wrong with an old value shows in whether a new one lasts: a loss that is over is not told for ever.
      check(answer) {
        const read = isMissingKey(answer) ? ({ ok: true, value: '' } as const) : readText(answer, WORKERS_KV);
        if (!read.ok) return read.verdict;
        const seen = counterIn(read.value);
        return held(isBehind(seen, plan) ? `${seen ?? 'lost'}; it is written again` : String(seen));
      },
    },
    {
      step: CANARY_WRITE,
      kind: 'write',
      ask(known) {
        const counter = counterToWrite(known, plan);
        if (counter === undefined) return undefined;
        return {
          method: 'PUT',
          path: `${path}?expiration_ttl=${ttlSeconds(options.writeEvery)}`,
          headers: { 'content-type': 'text/plain' },
          body: String(counter),
        };
      },
      check(answer) {
        const read = readJson(answer, doneShape, WORKERS_KV);
        if (!read.ok) return read.verdict;
        if (read.value.success) return held();
        const message = `${answer.request}: answered ${answer.status}, but says that it did not succeed`;
        return fails('semantic.write_refused', message, { expected: 'success', got: answer.body.slice(0, 200) });
      },
    },
    {
      step: CANARY_READ_BACK,
      kind: 'write',
      ask: (known) => (known.has(CANARY_WRITE) ? { path } : undefined),
      check(answer, known) {
        const least = plan.last === null ? (counterToWrite(known, plan) ?? plan.counter) : lowestAllowed(plan.last);
        const expected = `a counter of at least ${least}`;
        if (isMissingKey(answer)) {
          const message = `${answer.request}: expected ${expected}, got no such key, though it was just written`;
          return fails('semantic.canary_missing', message, { expected, got: 'no such key' });
        }
        const read = readText(answer, WORKERS_KV);
        if (!read.ok) return read.verdict;
        const seen = counterIn(read.value);
        if (seen !== undefined && seen >= least) return held(String(seen));
        const got = printable(read.value, 200) || 'an empty value';
        const message = `${answer.request}: expected ${expected}, got ${got}`;
        return fails(seen === undefined ? 'semantic.wrong_value' : 'freshness.stale_read', message, { expected, got });
      },
    },
  ];
}

/**
 * The counter that this run writes; undefined where it writes none: it is not due, and the last one is there; or
 * it was written less than a second ago by a run that then failed.
 */
export function counterToWrite(known: Known<HttpAnswer>, plan: CanaryPlan): number | undefined {
  const seen = counterIn(known.get(CANARY)?.body ?? '');
  if (plan.last !== null && !plan.due && !isBehind(seen, plan)) return undefined;
  const byFailedRun = seen !== undefined && seen !== plan.last?.written;
  if (byFailedRun && Math.abs(plan.counter - seen) < MIN_BETWEEN_WRITES_MS) return undefined;
  return Math.max(plan.counter, (seen ?? 0) + 1);
}

function isMissingKey(answer: HttpAnswer): boolean {
  return answer.status === 404 && codesIn(answer).includes(KEY_NOT_FOUND);
}

function codesIn(answer: HttpAnswer): readonly number[] {
  return errorBody(answer, errorsShape)?.errors.map(({ code }) => code) ?? [];
}

function namespacePath({ account, namespace: id }: WorkersKvOptions): string {
  return `/accounts/${account}/storage/kv/namespaces/${id}`;
}

function valuePath(options: WorkersKvOptions, key: string): string {
  return `${namespacePath(options)}/values/${encodeURIComponent(key)}`;
}
