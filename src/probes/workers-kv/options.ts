import { z } from 'zod';
import { duration, secret } from '../../ports/fields.ts';
import { identityField } from '../dialogue/identity.ts';
import { httpUrl, networkFields, tlsFields } from '../net/fields.ts';

const CLOUDFLARE = 'https://api.cloudflare.com/client/v4';
/** Cloudflare takes one write a second to a key (Workers KV: Limits). */
const MIN_WRITE_EVERY_MS = 1000;
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The `workers-kv` kind's own fields. */
export const workersKvOptions = z.strictObject({
  account: z.string().regex(ID, 'not the id of an account'),
  namespace: z.string().regex(ID, 'not the id of a namespace; give the id, not its title'),
  token: secret().refine(
    (token) => /^[A-Za-z0-9\-._~+/]+=*$/.test(token.reveal()),
    'holds characters that a bearer token cannot have (RFC 6750)',
  ),
  baseUrl: httpUrl()
    .transform((url) => url.replace(/\/+$/, ''))
    .default(CLOUDFLARE),
  identity: identityField.optional(),
  title: z.string().min(1).max(512).optional(),
  write: z.boolean().default(false),
  writeEvery: duration()
    .refine((ms) => ms >= MIN_WRITE_EVERY_MS, 'a key takes one write a second; at least 1s')
    .prefault('5m'),
  tls: tlsFields,
  ...networkFields,
});

/** What a `workers-kv` probe does, parsed. */
export type WorkersKvOptions = z.output<typeof workersKvOptions>;
