import type { Warning } from '../../model/run.ts';
import type { Finding } from '../judging/judgement.ts';
import { tokenFinding } from './access-findings.ts';
import type { Visit } from './measured.ts';
import type { OciOptions } from './options.ts';
import { describe, hasError, interruption, refusal } from './refusal.ts';

/** Some registries let uploads expire and cannot cancel them. */
const CANNOT_CANCEL: ReadonlySet<number> = new Set([404, 405, 501]);

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
  if (!location.startsWith(`${options.registry}/`)) {
    const message = `${start.request}: the upload is to go on at ${location}, which is not where the registry is`;
    const expected = `a Location at ${options.registry}`;
    return { step: 'upload', class: 'protocol.unexpected_redirect', message, expected, got: location };
  }
  if (cancel.stopped !== undefined) return interruption('upload', cancel);
  return isCancelled(cancel.status) || CANNOT_CANCEL.has(cancel.status ?? 0)
    ? undefined
    : refusal('upload', cancel, 204, access);
}

/** An upload that stays until the registry forgets it. */
export function uploadWarning({ upload }: Visit): Warning | undefined {
  const cancel = upload?.cancel;
  if (cancel?.status === undefined || !CANNOT_CANCEL.has(cancel.status)) return undefined;
  const message = `${cancel.request}: answered ${describe(cancel)}: an upload that was begun stays until it expires`;
  return { class: 'semantic.unsupported', message };
}

function isCancelled(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status <= 299;
}
