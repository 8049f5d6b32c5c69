import { z } from 'zod';
import type { FailureClass } from '../../model/failure.ts';

const STATUS_CLASS = /^[1-5]xx$/;
const one = z.union([
  z.number().int().min(100).max(599),
  z.string().regex(STATUS_CLASS, 'write 2xx, 200 or a list of them'),
]);

/** `2xx`, `200`, or a list of them; gives a list. */
export const statusField = z
  .union([one, z.array(one).min(1).max(50)])
  .default('2xx')
  .transform((given) => (Array.isArray(given) ? given : [given]));

/** Whether a status is one of those wanted. */
export function isWanted(status: number, wanted: readonly (number | string)[]): boolean {
  return wanted.some((w) => w === status || w === `${Math.floor(status / 100)}xx`);
}

/** What a status amounts to that was not wanted. */
export function classOfStatus(status: number): FailureClass {
  if (status === 401 || status === 407) return 'auth.unauthorized';
  if (status === 403) return 'auth.forbidden';
  if (status === 429) return 'quota.rate_limited';
  if (status >= 500) return 'http.5xx';
  if (status >= 400) return 'http.4xx';
  if (status >= 300) return 'protocol.unexpected_redirect';
  return 'semantic.wrong_value';
}
