import type { FailureClass } from '../../model/failure.ts';
import type { CapabilityId } from '../../model/ids.ts';
import { stageOf } from '../detect/classes.ts';

/** What a failing thing is doing, in words that follow its name: "rekor *is answering with the wrong key*". */
export function doing(failureClass: FailureClass): string {
  const special = SPECIAL[failureClass];
  if (special !== undefined) return special;
  const stage = stageOf(failureClass);
  switch (stage) {
    case 'probe':
      return 'cannot be watched';
    case 'dns':
      return 'cannot be found by name';
    case 'connect':
      return 'cannot be reached';
    case 'tls':
      return 'serves a certificate that is not valid';
    case 'protocol':
      return 'is answering with something else';
    case 'http':
      return 'is answering with errors';
    case 'auth':
      return 'is refusing our credentials';
    case 'quota':
      return 'is over its limits';
    case 'identity':
      return 'is answered by something else';
    case 'integrity':
      return 'is answering wrongly';
    case 'freshness':
      return 'has stopped making progress';
    case 'semantic':
      return 'is not doing its work';
    case 'dependency':
      return 'reports a failing part';
    case 'latency':
      return 'does not answer in time';
    case 'info':
      return 'has changed';
    default:
      return stage satisfies never;
  }
}

const SPECIAL: Partial<Record<FailureClass, string>> = {
  'connect.refused': 'is refusing connections',
  'connect.partial': 'answers on some of its addresses only',
  'tls.expired': 'serves an expired certificate',
  'tls.expiring': 'has a certificate that is about to expire',
  'tls.name_mismatch': 'serves the certificate of another host',
  'protocol.unexpected_redirect': 'redirects to another host',
  'auth.unauthorized': 'refuses our credentials (401)',
  'auth.forbidden': 'no longer allows us to do this (403)',
  'quota.rate_limited': 'is limiting our requests',
  'quota.storage_full': 'has no room left',
  'identity.key_mismatch': 'is answering with the wrong key',
  'identity.tree_mismatch': 'is answering from another log',
  'identity.environment_mismatch': 'is answering from the wrong environment',
  'integrity.rollback': 'has lost entries it had before',
  'integrity.consistency_invalid': 'shows a history that contradicts what it showed before',
  'freshness.missed': 'has not given a sign of life in time',
  'semantic.read_only': 'accepts no writes',
  'semantic.canary_missing': 'has lost an entry that must be there',
  'latency.saturated': 'is slow',
};

/** `a`, `a and b`, `a, b and 3 more`. */
export function listed(names: readonly string[], most = 3): string {
  if (names.length <= 1) return names[0] ?? '';
  if (names.length <= most) return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
  return `${names.slice(0, most - 1).join(', ')} and ${String(names.length - most + 1)} more`;
}

/** A capability as people say it: `rekor` for `rekor.up`. */
export function spoken(id: CapabilityId): string {
  return id.endsWith('.up') ? id.slice(0, -3) : id;
}

/** A duration in its two largest units: `45 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function spokenDuration(ms: number): string {
  if (ms < 10_000) return `${String(Math.round(ms / 100) / 10)} s`;
  const units: readonly (readonly [string, number])[] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ];
  const first = units.findIndex(([, size]) => ms >= size);
  const [name, size] = units[first] ?? ['s', 1000];
  const rest = units[first + 1];
  const whole = Math.floor(ms / size);
  const more = rest === undefined ? 0 : Math.floor((ms % size) / rest[1]);
  return rest === undefined || more === 0
    ? `${String(whole)} ${name}`
    : `${String(whole)} ${name} ${String(more)} ${rest[0]}`;
}
