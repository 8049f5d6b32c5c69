import { z } from 'zod';
import { secret } from '../../ports/fields.ts';
import { addressesField, httpAuthField, httpUrl, lookupFields, tlsFields } from '../net/fields.ts';
import { logKeyFromPem } from '../transparency/log-key.ts';

/** A value that is right for a while or always. Times are integer milliseconds; `until` is exclusive. */
export interface Pinned<Value> {
  readonly value: Value;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
}

/** A canary: an entry that the operator knows to be in the log. */
export interface CanaryEntry {
  /** 80 lower-case hex digits: tree id and leaf hash. */
  readonly id: string;
  /** Decimal. */
  readonly treeId: string;
  /** 64 hex digits. */
  readonly leafHash: string;
}

/** The pins that hold at a time. */
export function pinsAt<Value>(pins: readonly Pinned<Value>[], at: number): readonly Value[] {
  return pins.filter((p) => (p.from ?? -Infinity) <= at && at < (p.until ?? Infinity)).map((p) => p.value);
}

/** Base64 of the SubjectPublicKeyInfo of a PEM public key: plain data, as options must be. */
const publicKey = z.string().transform((pem, context): string => {
  const key = logKeyFromPem(pem);
  if (key.ok) return key.value.spki.toString('base64');
  context.addIssue({
    code: 'custom',
    message: `not a key that can be pinned: ${key.reason}; give the PEM of an ECDSA P-256 or Ed25519 public key`,
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
function pinned(value: z.ZodType<string, string>) {
  const always = value.transform((v): Pinned<string> => ({ value: v }));
  const sometimes = z
    .strictObject({ value, from: moment.optional(), until: moment.optional() })
    .refine((p) => p.from === undefined || p.until === undefined || p.from < p.until, 'ends before it begins');
  const alone = (p: Pinned<string>): readonly Pinned<string>[] => [p];
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
  .string()
  .regex(/^[0-9a-f]{80}$/, 'not an entry id of 80 hexadecimal digits: 16 of the tree, 64 of the leaf hash')
  .transform((id): CanaryEntry => ({
    id,
    treeId: BigInt(`0x${id.slice(0, 16)}`).toString(),
    leafHash: id.slice(16),
  }));

const notYet = 'writing to the log is not supported yet';

/** The fields of a `rekor` probe. Without a pinned key there is none: a log that vouches for itself proves nothing. */
export const rekorOptions = z
  .strictObject({
    url: httpUrl().transform((url) => url.replace(/\/+$/, '')),
    version: z
      .literal([1, 2])
      .refine((version) => version === 1, 'only version 1 is supported yet')
      .default(1),
    publicKey: pinned(publicKey),
    treeIds: pinned(treeId).optional(),
    origin: z.string().min(1).max(512).optional(),
    entry: entry.optional(),
    write: z
      .enum(['fixed', 'fresh'])
      .refine(() => false, notYet)
      .optional(),
    key: secret()
      .refine(() => false, notYet)
      .optional(),
    writeUrl: httpUrl()
      .refine(() => false, notYet)
      .optional(),
    ...lookupFields,
    addresses: addressesField,
    tls: tlsFields,
    auth: httpAuthField.optional(),
  })
  .refine(
    (options) =>
      options.entry === undefined ||
      options.treeIds === undefined ||
      options.treeIds.some((pin) => pin.value === options.entry?.treeId),
    { path: ['entry'], error: 'the entry is of a tree that is not among treeIds' },
  );

/** What a `rekor` probe needs to know, parsed: plain data. */
export type RekorOptions = z.output<typeof rekorOptions>;
