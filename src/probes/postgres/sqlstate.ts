import type { FailureClass } from '../../model/failure.ts';

/** PostgreSQL, Appendix A. A whole class (the first two characters) stands where its members mean the same to us. */
const CLASSES: Readonly<Record<string, FailureClass>> = {
  '08': 'protocol.malformed',
  '25006': 'semantic.read_only',
  // Also "no pg_hba.conf entry" and a role that does not exist.
  '28': 'auth.unauthorized',
  '3D000': 'semantic.missing',
  '3F000': 'semantic.missing',
  '42501': 'auth.forbidden',
  '42P01': 'semantic.missing',
  '42703': 'semantic.missing',
  '53100': 'quota.storage_full',
  '53200': 'semantic.not_ready',
  '53300': 'quota.rate_limited',
  '54': 'quota.rate_limited',
  '57014': 'latency.timeout',
  '57P01': 'semantic.not_ready',
  '57P02': 'semantic.not_ready',
  '57P03': 'semantic.not_ready',
  '57P04': 'semantic.missing',
  '55P03': 'latency.timeout',
  '58': 'semantic.read_path_broken',
  // A page or an index that is damaged, and noticed.
  XX001: 'integrity.digest_mismatch',
  XX002: 'integrity.digest_mismatch',
};

/** The class of an error by its SQLSTATE; undefined where it says nothing that is known. */
export function classOfSqlState(code: string): FailureClass | undefined {
  return CLASSES[code] ?? CLASSES[code.slice(0, 2)];
}

/** Errors of a query that are the configuration's own: no such syntax, or a query that would write. */
export const OWN_MISTAKES: ReadonlySet<string> = new Set(['42601', '25006', '42883', '42P02', '22P02']);
