import type { FailureClass } from '../../model/failure.ts';

/** MySQL's server error reference, and MariaDB's where they differ (from 1900 on, and from 4000 on). */
const CLASSES: Readonly<Record<string, FailureClass>> = {
  // Access denied for a user; no password where one is needed.
  1045: 'auth.unauthorized',
  1698: 'auth.unauthorized',
  1251: 'auth.unauthorized',
  // To a database, a table, a column, a routine, an administrative command; from this host.
  1044: 'auth.forbidden',
  1142: 'auth.forbidden',
  1143: 'auth.forbidden',
  1370: 'auth.forbidden',
  1227: 'auth.forbidden',
  1129: 'auth.forbidden',
  1130: 'auth.forbidden',
  3118: 'auth.forbidden',
  3159: 'auth.forbidden',
  4151: 'auth.forbidden',
  // The password has run out.
  1820: 'auth.expired_credential',
  1862: 'auth.expired_credential',
  // Too many connections, of all or of this user; a user's resource limit.
  1040: 'quota.rate_limited',
  1203: 'quota.rate_limited',
  1226: 'quota.rate_limited',
  1021: 'quota.storage_full',
  1114: 'quota.storage_full',
  // --read-only, or a transaction that is.
  1290: 'semantic.read_only',
  1792: 'semantic.read_only',
  1836: 'semantic.read_only',
  1049: 'semantic.missing',
  1054: 'semantic.missing',
  1146: 'semantic.missing',
  1053: 'semantic.not_ready',
  1077: 'semantic.not_ready',
  1927: 'semantic.not_ready',
  3169: 'semantic.not_ready',
  // Waiting for a lock, or a statement, took too long.
  1205: 'latency.timeout',
  1317: 'latency.timeout',
  1969: 'latency.timeout',
  3024: 'latency.timeout',
  // A table is marked as crashed.
  145: 'integrity.digest_mismatch',
  1034: 'integrity.digest_mismatch',
  1194: 'integrity.digest_mismatch',
  1195: 'integrity.digest_mismatch',
  1712: 'integrity.digest_mismatch',
};

/** The class of an error by its number; undefined where it says nothing that is known. */
export function classOfErrorNumber(code: string): FailureClass | undefined {
  return CLASSES[code];
}

/** Errors of a query that are the configuration's own: no such syntax or function, or a query that would write. */
export const OWN_MISTAKES: ReadonlySet<string> = new Set(['1064', '1065', '1305', '1792']);
