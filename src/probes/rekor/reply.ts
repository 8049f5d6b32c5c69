import { z, type ZodType } from 'zod';
import type { FailureClass } from '../../model/failure.ts';
import { printable } from '../../ports/printable.ts';
import { failed, passed, type Checked } from './fault.ts';
import type { Reply } from './measured.ts';
import { parseTargetJson } from '../net/parse-json.ts';

const MAX_EXCERPT = 200;

/** The text of an answer with status 200 (or another that is `wanted`), or the class of any other. */
export function textOf(reply: Reply, wanted: readonly number[] = [200]): Checked<string> {
  const { stopped, status, request } = reply;
  if (stopped?.class === 'protocol.too_large') {
    // A long page is first of all a page: its status or its type says more than its length.
    if (status === 200 && isJson(reply)) return failed(stopped.class, stopped.message);
    if (status === 200) return malformed(reply, 'with a long page');
  } else if (stopped !== undefined) return failed(stopped.class, stopped.message);
  if (status !== undefined && wanted.includes(status)) return passed(reply.body);
  return failed(classOfStatus(status), `${request}: answered ${describe(reply)}`, {
    expected: wanted.join(' or '),
    got: describe(reply),
  });
}

/** The JSON of an answer with a status that is wanted, in the shape that this endpoint answers in. */
export function jsonOf<Shape>(reply: Reply, shape: ZodType<Shape>, wanted: readonly number[] = [200]): Checked<Shape> {
  const text = textOf(reply, wanted);
  if (!text.ok) return text;
  let json: unknown;
  try {
    json = parseTargetJson(text.value);
  } catch {
    return malformed(reply, 'not JSON');
  }
  const shaped = shape.safeParse(json);
  if (shaped.success) return passed(shaped.data);
  const issue = shaped.error.issues[0];
  const where = printable(issue?.path.join('.') ?? '', 100) || 'top level';
  return malformed(reply, `JSON of another shape (${where}: ${issue?.message ?? ''})`);
}

/** An answer that Rekor does not give. */
export function malformed(reply: Reply, what: string): ReturnType<typeof failed> {
  return failed('protocol.malformed', `${reply.request}: answered ${reply.status}, but ${what}`, {
    expected: 'an answer of Rekor',
    got: describe(reply),
  });
}

/** Status, type and the beginning of an answer, for people. */
export function describe(reply: Reply): string {
  const to = reply.location === undefined ? '' : ` to ${printable(reply.location, MAX_EXCERPT)}`;
  const type = reply.contentType === undefined ? '' : ` ${printable(reply.contentType, 60)}`;
  const text = printable(reply.body.replace(/\s+/g, ' ').trim(), MAX_EXCERPT);
  return `${reply.status ?? 'nothing'}${to}${type}${text === '' ? '' : `: ${text}`}`;
}

function isJson(reply: Reply): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(reply.contentType ?? '');
}

function classOfStatus(status: number | undefined): FailureClass {
  if (status === undefined) return 'protocol.malformed';
  if (status === 401) return 'auth.unauthorized';
  if (status === 403) return 'auth.forbidden';
  if (status === 405) return 'semantic.read_only';
  if (status === 429) return 'quota.rate_limited';
  if (status === 501) return 'semantic.unsupported';
  if (status >= 500) return 'http.5xx';
  if (status >= 400) return 'http.4xx';
  if (status >= 300) return 'protocol.unexpected_redirect';
  return 'protocol.malformed';
}

const sizeShape = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const hashShape = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hexadecimal');
const treeIdShape = z.string().regex(/^\d{1,20}$/, 'not a decimal tree id');
const noteShape = z.string().min(1).max(16_384);

const shardShape = z.object({
  treeSize: sizeShape,
  rootHash: hashShape,
  signedTreeHead: noteShape,
  treeID: treeIdShape,
});

/** `GET /api/v1/log`; fields that we do not use are not looked at. */
export const logInfoShape = shardShape.extend({ inactiveShards: z.array(shardShape).max(100).nullish() });
/** A tree as `GET /api/v1/log` tells of it. */
export type Shard = z.output<typeof shardShape>;
/** What `GET /api/v1/log` answers. */
export type LogInfo = z.output<typeof logInfoShape>;

/** `GET /api/v1/log/proof`. Its `rootHash` is that of the server's present tree, not of `lastSize`: ignored. */
export const proofShape = z.object({ hashes: z.array(hashShape).max(128).nullable() });

const entryShape = z.object({
  body: z.base64(),
  integratedTime: sizeShape,
  logID: hashShape,
  logIndex: sizeShape,
  verification: z.object({
    signedEntryTimestamp: z.base64(),
    inclusionProof: z.object({
      checkpoint: noteShape,
      hashes: z.array(hashShape).max(128),
      logIndex: sizeShape,
      rootHash: hashShape,
      treeSize: sizeShape,
    }),
  }),
});
/** An entry of the log with the proofs that it is one. */
export type LogEntry = z.output<typeof entryShape>;

const hash64Shape = z.base64().refine((text) => Buffer.from(text, 'base64').length === 32, 'not a SHA-256 in base64');
const indexShape = z
  .union([z.string().regex(/^(?:0|[1-9]\d{0,18})$/, 'not a decimal index'), sizeShape])
  .transform((index) => String(index))
  // The JSON of protocol buffers may leave out what is zero.
  .default('0');

/** What `POST /api/v2/log/entries` answers. Size and root beside the checkpoint are not signed: ignored. */
export const tileEntryShape = z.object({
  logIndex: indexShape,
  canonicalizedBody: z.base64().min(1),
  inclusionProof: z.object({
    logIndex: indexShape,
    hashes: z.array(hash64Shape).max(128).default([]),
    checkpoint: z.object({ envelope: noteShape }),
  }),
});

/** `GET /api/v1/log/entries/<id>`: one entry under its id, which may be given with or without the tree. */
export const entriesShape = z.record(z.string().regex(/^(?:[0-9a-f]{16})?[0-9a-f]{64}$/), entryShape);
