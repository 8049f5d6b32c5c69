import type { Finding } from '../judging/judgement.ts';
import { tokenFinding } from './access-findings.ts';
import type { Visit } from './measured.ts';
import type { OciOptions } from './options.ts';
import { describe, hasError, interruption, refusal } from './refusal.ts';

/**
 * Some registries cannot cancel uploads, and many let only those do it who may delete: a robot that pushes need not.
 * The registry forgets what was begun by itself, so that this is no fault; the step says it.
 */
const NOT_CANCELLED: ReadonlySet<number> = new Set([401, 403, 404, 405, 501]);

/** What is wrong with writing: the right is missing, nothing may be written, or the upload leads elsewhere. */
export function uploadFinding({ upload, access }: Visit, options: OciOptions): Finding | undefined {
  if (upload === undefined) return undefined;
  const { token, start, cancel, location, readOnly } = upload;
  const unallowed = token && tokenFinding(token, options, ['pull', 'push'], 'upload');
  if (unallowed !== undefined) return unallowed;
  if (start === undefined) return undefined;
  const interrupted = interruption('upload', start);
  if (interrupted !== undefined) return interrupted;
  const refused = refusal('upload', start, 202, access);
  if (refused !== undefined) {
    const closed = start.status === 405 || hasError(start, ['UNSUPPORTED']) || readOnly === true;
    return closed ? { ...refused, class: 'semantic.read_only' } : refused;
  }
  if (location === undefined || cancel === undefined) {
    const message = `${start.request}: answered 202 without a Location that can be followed`;
    return { step: 'upload', class: 'protocol.malformed', message, expected: 'Location', got: 'none' };
  }
  if (new URL(location).origin !== new URL(options.registry).origin) {
    const message = `${start.request}: the upload is to go on at ${location}, which is not where the registry is`;
    const expected = `a Location at ${options.registry}`;
    return { step: 'upload', class: 'protocol.unexpected_redirect', message, expected, got: location };
  }
  if (cancel.stopped !== undefined) return interruption('upload', cancel);
  const { status = 0 } = cancel;
  return isCancelled(status) || NOT_CANCELLED.has(status) ? undefined : refusal('upload', cancel, 204, access);
}

/** What became of an upload that was begun, for people. */
export function showUpload({ upload }: Visit): string {
  const cancel = upload?.cancel;
  if (cancel === undefined) return 'none was begun';
  if (isCancelled(cancel.status ?? 0)) return `begun, cancelled with ${cancel.status}`;
  return `begun, not cancelled (${describe(cancel)}): left to the registry to forget`;
}

function isCancelled(status: number): boolean {
  return status >= 200 && status <= 299;
}
