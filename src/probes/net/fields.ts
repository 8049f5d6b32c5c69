import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { secret } from '../../ports/fields.ts';
import { parseNameServer } from './name-server.ts';
import { codeOf } from './stopped.ts';
import { secureContextFor, type TlsFields } from './tls-trust.ts';

/** How a name is looked up: fields of every kind that resolves one. */
export const lookupFields = {
  resolver: nameServer().optional(),
  family: z.union([z.literal(4), z.literal(6)]).optional(),
};

/** Whether every address of a name is tried (at most eight), or the first alone. */
export const addressesField = z.enum(['each', 'one']).default('each');

/** The fields of every kind that resolves a name and connects; spread into a kind's own. */
export const networkFields = { ...lookupFields, addresses: addressesField };

/** The field `tls`, defaults where it is absent. What cannot be loaded is refused here, not at three in the morning. */
export const tlsFields = z
  .strictObject({
    ca: z.string().min(1).optional(),
    cert: z.string().min(1).optional(),
    key: secret().optional(),
    servername: z.string().min(1).max(253).optional(),
    minDaysLeft: z.number().min(0).max(3650).default(14),
    minVersion: z.enum(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']).optional(),
    groups: z
      .array(z.string().regex(/^[A-Za-z0-9._-]{1,40}$/, 'not the name of a key exchange group'))
      .min(1)
      .max(16)
      .optional(),
  })
  .superRefine((fields, context) => {
    if ((fields.cert === undefined) !== (fields.key === undefined)) {
      const path = [fields.cert === undefined ? 'cert' : 'key'];
      context.addIssue({ code: 'custom', path, message: 'a client certificate needs both cert and key' });
      return;
    }
    for (const part of ['ca', 'cert', 'groups'] as const) {
      const message = whyNotLoadable(part, fields);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [part], message });
    }
  })
  .prefault({});

function whyNotLoadable(part: 'ca' | 'cert' | 'groups', fields: TlsFields): string | undefined {
  const alone: TlsFields = {
    minDaysLeft: fields.minDaysLeft,
    [part]: fields[part],
    ...(part === 'cert' && { key: fields.key }),
  };
  const value = alone[part];
  if (value === undefined) return undefined;
  try {
    // Node takes any text for a CA, and then trusts nothing.
    if (typeof value === 'string') new X509Certificate(value);
    secureContextFor(alone);
    return undefined;
  } catch (error) {
    return `cannot be loaded (${codeOf(error) || 'not PEM'})`;
  }
}

/** PEM text of one or more authorities to trust. */
export function authorities() {
  return z
    .string()
    .min(1)
    .superRefine((ca, context) => {
      const message = whyNotLoadable('ca', { ca, minDaysLeft: 0 });
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    });
}

/** Text that may stand in a header: RFC 9110 §5.5 without obsolete line folding. */
const HEADER_TEXT = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The field `auth`: exactly one way. */
export const httpAuthField = z
  .strictObject({
    basic: z.strictObject({ username: z.string().min(1), password: secret() }).optional(),
    bearer: secret()
      .refine((token) => HEADER_TEXT.test(token.reveal()), 'holds characters that cannot stand in a header')
      .optional(),
    oauth2: z
      .strictObject({
        tokenUrl: httpUrl(),
        clientId: z.string().min(1),
        clientSecret: secret(),
        scope: z.string().min(1).optional(),
      })
      .optional(),
  })
  .refine(
    (auth) => [auth.basic, auth.bearer, auth.oauth2].filter((way) => way !== undefined).length === 1,
    'say exactly one of basic, bearer and oauth2',
  );

/** An absolute `http:` or `https:` URL without credentials and fragment. */
export function httpUrl() {
  return z.string().superRefine((text, context) => {
    const problem = whyNotWebUrl(text);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
}

function whyNotWebUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return 'not a URL; write it like https://host.example/path';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'only http:// and https:// can be asked';
  if (url.username !== '' || url.password !== '') return 'credentials do not belong in a URL; use auth.basic';
  if (url.hash !== '') return 'a fragment (#…) is never sent; leave it out';
  return undefined;
}

/** `address[:port]` of a name server: `10.0.0.53`, `10.0.0.53:5353`, `[::1]:53`. */
export function nameServer() {
  return z
    .string()
    .refine(
      (text) => parseNameServer(text) !== undefined,
      'not an address of a name server; write it like 10.0.0.53 or 10.0.0.53:5353',
    );
}

/** A host name or literal address, without port. */
export function hostName() {
  return z
    .string()
    .max(253)
    .refine(
      (text) =>
        isIP(text) !== 0 || /^(?:[A-Za-z0-9_][A-Za-z0-9_-]{0,62}\.)*[A-Za-z0-9_][A-Za-z0-9_-]{0,62}\.?$/.test(text),
      'not a host name or an address',
    );
}

/** A TCP port. */
export function portNumber() {
  return z.number().int().min(1).max(65_535);
}

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1000,
  KiB: 1024,
  MB: 1_000_000,
  MiB: 1_048_576,
  GB: 1_000_000_000,
  GiB: 1_073_741_824,
};
const BYTES = /^(\d{1,9})([kKMG]?i?B)$/;
const MAX_BYTES = 64 * 1_048_576;

/** A number of bytes: `1MiB`, `64KiB`, `500kB` or a plain number; gives the number. */
export function byteCount() {
  return z
    .union([z.number(), z.string()])
    .transform((given, context) => {
      const bytes = bytesOf(given);
      if (bytes !== undefined && bytes >= 1 && bytes <= MAX_BYTES) return bytes;
      const message = bytes === undefined ? 'not a size' : 'must be between 1B and 64MiB';
      context.addIssue({ code: 'custom', message: `${message}; write it like 1MiB, 64KiB, 500kB or 4096` });
      return z.NEVER;
    })
    .meta({ examples: ['1MiB', '64KiB', 4096] });
}

function bytesOf(given: number | string): number | undefined {
  if (typeof given === 'number') return Number.isInteger(given) ? given : undefined;
  const [, amount, unit = ''] = BYTES.exec(given) ?? [];
  const factor = UNITS[unit];
  return factor === undefined ? undefined : Number(amount) * factor;
}
