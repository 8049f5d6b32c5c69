import type { FailureClass } from '../../model/failure.ts';
import { printable } from '../../ports/printable.ts';
import type { Finding } from '../judging/judgement.ts';
import type { AccessKind, Answer } from './measured.ts';
import type { StepName } from './steps.ts';

const MAX_SHOWN = 200;
/** What a registry says where there is no such thing, as against a proxy's 404. */
const UNKNOWN: ReadonlySet<string> = new Set(['MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'NOT_FOUND', 'BLOB_UNKNOWN']);

/** Why there is no answer to judge; undefined where there is one. */
export function interruption(step: StepName, answer: Answer): Finding | undefined {
  const { stopped } = answer;
  if (stopped === undefined) return undefined;
  const hint = stopped.at === 'redirect' ? '; say follow: any where content lies at another host' : '';
  return { step, class: stopped.class, message: stopped.message + hint };
}

/** An answer whose status is not the one wanted; undefined where it is. */
export function refusal(
  step: StepName,
  answer: Answer,
  wanted: number,
  access: AccessKind = 'anonymous',
): Finding | undefined {
  if (answer.status === wanted) return undefined;
  return {
    step,
    class: classOfRefusal(answer, access),
    message: `${answer.request}: answered ${describe(answer)}`,
    expected: `status ${wanted}`,
    got: describe(answer),
  };
}

/** What a refusal amounts to, by its status and by the registry's own code. */
export function classOfRefusal(answer: Answer, access: AccessKind): FailureClass {
  const { status = 0 } = answer;
  if (hasError(answer, ['TOOMANYREQUESTS'])) return 'quota.rate_limited';
  if (status === 401) return classOfUnauthorized(answer, access);
  if (status === 403) return 'auth.forbidden';
  if (status === 404 && answer.errors?.some((code) => UNKNOWN.has(code)) === true) return 'semantic.missing';
  if (status === 429) return 'quota.rate_limited';
  if (status === 507) return 'quota.storage_full';
  if (status >= 500) return 'http.5xx';
  if (status >= 400) return 'http.4xx';
  if (status >= 300) return 'protocol.unexpected_redirect';
  return 'protocol.malformed';
}

/** Whether a refusal carries one of these codes. */
export function hasError(answer: Answer, codes: readonly string[]): boolean {
  return answer.errors?.some((code) => codes.includes(code)) === true;
}

/** Status, code and the beginning of a refusal, for people. */
export function describe(answer: Answer): string {
  const codes = answer.errors === undefined ? '' : ` ${answer.errors.join(' ')}`;
  const type = answer.contentType === undefined ? '' : ` (${printable(answer.contentType, 60)})`;
  const error = answer.challenges?.find((challenge) => challenge.error !== undefined)?.error;
  const bearer = error === undefined ? '' : `, ${printable(error, 60)}`;
  const text = printable((answer.excerpt ?? '').replace(/\s+/g, ' ').trim(), MAX_SHOWN);
  return `${answer.status ?? 'nothing'}${codes}${bearer}${type}${codes !== '' || text === '' ? '' : `: ${text}`}`;
}

/**
 * RFC 6750 §3.1 tells a token that may not from one that is none. A password that is refused was right once, when
 * somebody wrote it here: it expired, or was changed or revoked.
 */
function classOfUnauthorized(answer: Answer, access: AccessKind): FailureClass {
  if (answer.challenges?.some(({ error }) => error === 'insufficient_scope') === true) return 'auth.forbidden';
  return access === 'basic' ? 'auth.expired_credential' : 'auth.unauthorized';
}
