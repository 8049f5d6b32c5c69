import { z } from 'zod';
import type { FailureClass } from '../../model/failure.ts';
import { errorBody, type Dialect } from '../dialogue/http-answer.ts';
import type { HttpAnswer } from '../dialogue/http-session.ts';

/**
 * gRPC codes (https://grpc.io/docs/guides/status-codes/) as etcd's JSON gateway puts them into `code`. Its HTTP
 * statuses mislead: no credentials are 400 with code 3, a full store is 429 with code 8.
 */
const CLASS_BY_CODE: ReadonlyMap<number, FailureClass> = new Map([
  // INVALID_ARGUMENT: our requests are well-formed, so the argument is the user, empty or with a wrong password.
  [3, 'auth.unauthorized'],
  [4, 'latency.timeout'],
  [7, 'auth.forbidden'],
  [8, 'quota.storage_full'],
  [12, 'semantic.unsupported'],
  // UNAVAILABLE: no leader, or no quorum in time.
  [14, 'semantic.not_ready'],
  [16, 'auth.unauthorized'],
]);

const errorShape = z.object({ code: z.number() });

/** How etcd's JSON gateway says that something is wrong. */
export const ETCD: Dialect = { product: 'etcd', classOf: (answer) => CLASS_BY_CODE.get(grpcCode(answer) ?? 0) };

/** The gRPC code of an answer that is no success. */
export function grpcCode(answer: HttpAnswer): number | undefined {
  return errorBody(answer, errorShape)?.code;
}

/** 64-bit integers are decimal strings in the gateway's JSON. */
const uint64 = z.string().regex(/^\d{1,20}$/);
const headerShape = z.object({ cluster_id: uint64 });

/** `POST /v3/auth/authenticate` */
export const tokenShape = z.object({ token: z.string().min(1).max(4096) });
/** `POST /v3/maintenance/status`; without a leader the field is missing, as proto3 leaves zeros out. */
export const statusShape = z.object({
  header: headerShape,
  version: z.string().max(100),
  leader: uint64.optional(),
});
/** `POST /v3/kv/range` */
export const rangeShape = z.object({
  header: headerShape,
  kvs: z
    .array(z.object({ value: z.base64().optional() }))
    .max(10)
    .optional(),
});
/** `POST /v3/maintenance/alarm`. `alarm` is a name, or a number from a version that we do not know. */
export const alarmsShape = z.object({
  alarms: z
    .array(z.object({ alarm: z.union([z.string().max(50), z.number()]).optional() }))
    .max(100)
    .optional(),
});
/** `POST /v3/lease/grant` */
export const leaseShape = z.object({ header: headerShape, ID: z.string().regex(/^-?\d{1,20}$/) });
/** Anything that was done. */
export const doneShape = z.object({ header: headerShape });

/** The text of the first value of a range; undefined where there is none. */
export function firstValue(range: z.output<typeof rangeShape>): string | undefined {
  const first = range.kvs?.[0];
  return first === undefined ? undefined : Buffer.from(first.value ?? '', 'base64').toString('utf8');
}
