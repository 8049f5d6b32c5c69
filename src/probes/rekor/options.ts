import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { secret } from '../../ports/fields.ts';
import { addressesField, httpAuthField, httpUrl, lookupFields, tlsFields } from '../net/fields.ts';
import { logKeyFromPem } from '../transparency/log-key.ts';
import { verifierFromVkey } from '../transparency/signed-note.ts';

/** A value that is right for a while or always. Times are integer milliseconds; `until` is exclusive. */
export interface Pinned<Value> {
  readonly value: Value;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
}

/** A key that a log may sign with. */
export interface PinnedKey {
  /** Base64 of the SubjectPublicKeyInfo: plain data, as options must be. */
  readonly spki: string;
  /** The log's name, where the key was given as a vkey. */
  readonly name?: string;
}

/** A canary: an entry that the operator knows to be in the log. */
export interface CanaryEntry {
  readonly kind: 'id';
  /** 80 lower-case hex digits: tree id and leaf hash. */
  readonly id: string;
  /** Decimal. */
  readonly treeId: string;
  /** 64 hex digits. */
  readonly leafHash: string;
}

/** A canary of a log of tiles, which knows its entries by place alone. */
export interface CanaryIndex {
  readonly kind: 'index';
  /** Decimal, from 0. */
  readonly index: string;
  /** 64 hex digits, where it was given. */
  readonly leafHash?: string;
}

/** The pins that hold at a time. */
export function pinsAt<Value>(pins: readonly Pinned<Value>[], at: number): readonly Value[] {
  return pins.filter((p) => (p.from ?? -Infinity) <= at && at < (p.until ?? Infinity)).map((p) => p.value);
}

const publicKey = z.string().transform((text, context): PinnedKey => {
  const vkey = /^\S+\+[0-9a-f]{8}\+\S+$/.test(text) ? verifierFromVkey(text) : undefined;
  if (vkey?.ok === true) return { spki: vkey.value.key.spki.toString('base64'), name: vkey.value.name };
  const key = vkey ?? logKeyFromPem(text);
  if (key.ok) return { spki: key.value.spki.toString('base64') };
  context.addIssue({
    code: 'custom',
    message:
      `not a key that can be pinned: ${key.reason}; give the PEM of an ECDSA P-256 or Ed25519 public key, ` +
      'or for version 2 its vkey',
  });
  return z.NEVER;
});

const treeId = z
  .string({
    error: (issue) =>
      typeof issue.input === 'number' ? 'a tree id is too large for a number: put it in quotes' : undefined,
  })
  .regex(/^[1-9]\d{0,19}$/, 'not a tree id; give it in decimal, as treeID of /api/v1/log');

const MOMENT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

const moment = z
  .string()
  .refine(
    (text) => MOMENT.test(text) && !Number.isNaN(Date.parse(text)),
    'not a time; write it like 2026-12-01 or 2026-12-01T02:00Z',
  )
  .transform((text) => Date.parse(text));

/** One value, or a list of values, each perhaps with the time for which it holds. */
function pinned<Value>(value: z.ZodType<Value, string>) {
  const always = value.transform((v): Pinned<Value> => ({ value: v }));
  const sometimes = z
    .strictObject({ value, from: moment.optional(), until: moment.optional() })
    .refine((p) => p.from === undefined || p.until === undefined || p.from < p.until, 'ends before it begins');
  const alone = (p: Pinned<Value>): readonly Pinned<Value>[] => [p];
  return z.union([
    always.transform(alone),
    sometimes.transform(alone),
    z
      .array(z.union([always, sometimes]))
      .min(1)
      .max(50),
  ]);
}

const entry = z
  .string({
    error: (issue) => (typeof issue.input === 'number' ? 'put the entry in quotes, digits as they are' : undefined),
  })
  .transform((text, context): CanaryEntry | CanaryIndex => {
    if (/^[0-9a-f]{80}$/.test(text)) {
      const treeId = BigInt(`0x${text.slice(0, 16)}`).toString();
      return { kind: 'id', id: text, treeId, leafHash: text.slice(16) };
    }
    const [, index, leafHash] = /^(0|[1-9]\d{0,17})(?::([0-9a-f]{64}))?$/.exec(text) ?? [];
    if (index !== undefined) return { kind: 'index', index, ...(leafHash !== undefined && { leafHash }) };
    context.addIssue({
      code: 'custom',
      message:
        'not an entry: version 1 has ids of 80 hexadecimal digits, 16 of the tree and 64 of the leaf hash; ' +
        'version 2 has an index, perhaps with its leaf hash (735:<64 hexadecimal digits>)',
    });
    return z.NEVER;
  });

/** Rekor's hashedrekord takes ECDSA with SHA-256; an Ed25519 key would need the whole artifact. */
function isP256PrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

const baseUrl = httpUrl().transform((url) => url.replace(/\/+$/, ''));

const fields = z.strictObject({
  url: baseUrl,
  version: z.literal([1, 2]).default(1),
  publicKey: pinned(publicKey),
  treeIds: pinned(treeId).optional(),
  origin: z.string().min(1).max(512).optional(),
  entry: entry.optional(),
  write: z.enum(['fixed', 'fresh']).optional(),
  key: secret()
    .refine((key) => isP256PrivateKey(key.reveal()), 'not the PEM of a private key on P-256')
    .optional(),
  writeUrl: baseUrl.optional(),
  ...lookupFields,
  addresses: addressesField,
  tls: tlsFields,
  auth: httpAuthField.optional(),
});

/** What a `rekor` probe needs to know, parsed: plain data, but for its secrets. */
export type RekorOptions = z.output<typeof fields>;

/** The fields of a `rekor` probe. Without a pinned key there is none: a log that vouches for itself proves nothing. */
export const rekorOptions = fields.superRefine((options, context) => {
  for (const [path, message] of contradictions(options)) context.addIssue({ code: 'custom', path: [path], message });
});

/** What does not go together, and where to say so. */
function* contradictions(options: RekorOptions): Generator<readonly [path: keyof RekorOptions, message: string]> {
  const { write, key, entry } = options;
  if (write === 'fresh' && key === undefined) yield ['key', 'write: fresh needs the key that it signs with'];
  if (key !== undefined && write !== 'fresh') yield ['key', 'only write: fresh signs anything'];
  switch (options.version) {
    case 1:
      if (options.writeUrl !== undefined) yield ['writeUrl', 'version 1 is written to where it is read'];
      if (entry?.kind === 'index') yield ['entry', 'version 1 has entry ids of 80 hexadecimal digits'];
      if (options.publicKey.some((pin) => pin.value.name !== undefined))
        yield ['publicKey', 'version 1 has keys in PEM, not vkeys'];
      if (entry?.kind === 'id' && options.treeIds?.every((pin) => pin.value !== entry.treeId) === true)
        yield ['entry', 'the entry is of a tree that is not among treeIds'];
      return;
    case 2:
      if (options.origin === undefined)
        yield ['origin', 'version 2 needs the origin: the first line of its checkpoint'];
      if (options.treeIds !== undefined) yield ['treeIds', 'version 2 has no tree ids; it is told apart by its origin'];
      if (entry?.kind === 'id') yield ['entry', 'version 2 knows its entries by index'];
      if (write !== undefined && options.writeUrl === undefined)
        yield ['writeUrl', 'version 2 is written to elsewhere than it is read: give writeUrl'];
      if (write === undefined && options.writeUrl !== undefined) yield ['writeUrl', 'nothing is written without write'];
      if (options.publicKey.some(({ value }) => value.name !== undefined && value.name !== options.origin))
        yield ['publicKey', 'the vkey is of another origin than the configured one'];
  }
}
