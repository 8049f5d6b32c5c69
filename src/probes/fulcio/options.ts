import { z } from 'zod';
import { httpUrl, networkFields, tlsFields } from '../net/fields.ts';
import { logKeyFromPem } from '../transparency/log-key.ts';

/** `sha256/` and base64 of SHA-256 over a SubjectPublicKeyInfo (RFC 7469 §2.4), as facts show it. */
const spkiPin = z
  .string()
  .regex(/^sha256\/[A-Za-z0-9+/]{43}=$/, 'not a pin; write it like sha256/… in base64, over the SubjectPublicKeyInfo');

const baseUrl = httpUrl().transform((url) => url.replace(/\/+$/, ''));

/** Base64 of the SubjectPublicKeyInfo of a PEM public key: plain data, as options must be. */
const publicKey = z.string().transform((pem, context): string => {
  const key = logKeyFromPem(pem);
  if (key.ok && key.value.algorithm === 'ecdsa-p256') return key.value.spki.toString('base64');
  const reason = key.ok ? 'a log signs with ECDSA (RFC 6962 §2.1.4)' : key.reason;
  context.addIssue({
    code: 'custom',
    message: `not a key that can be pinned: ${reason}; give the PEM of an ECDSA P-256 public key`,
  });
  return z.NEVER;
});

/** The certificate transparency log that the authority enters its certificates in. */
const ctLogField = z.strictObject({ url: baseUrl, publicKey });

/** One value, or a list of them; gives a list. */
function oneOrMore(value: z.ZodType<string, string>) {
  return z
    .union([value, z.array(value).min(1).max(20)])
    .transform((given): readonly string[] => (typeof given === 'string' ? [given] : given));
}

/** The fields of a `fulcio` probe. Without a pinned key there is none: an authority that vouches for itself proves nothing. */
export const fulcioOptions = z.strictObject({
  url: baseUrl,
  spki: oneOrMore(spkiPin),
  issuer: oneOrMore(z.string().min(1).max(500)).optional(),
  ctLog: ctLogField.optional(),
  minDaysLeft: z.number().min(0).max(3650).default(30),
  tls: tlsFields,
  ...networkFields,
});

/** What a `fulcio` probe needs to know, parsed: plain data. */
export type FulcioOptions = z.output<typeof fulcioOptions>;
