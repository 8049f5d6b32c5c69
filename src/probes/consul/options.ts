import { z } from 'zod';
import { secret } from '../../ports/fields.ts';
import { identityField } from '../dialogue/identity.ts';
import { httpUrl, networkFields, tlsFields } from '../net/fields.ts';

/** The `consul` kind's own fields. */
export const consulOptions = z.strictObject({
  url: httpUrl().transform((url) => url.replace(/\/+$/, '')),
  token: secret()
    .refine((token) => /^[\x21-\x7e]+$/.test(token.reveal()), 'holds characters that cannot stand in a header')
    .optional(),
  identity: identityField.optional(),
  write: z.boolean().default(false),
  tls: tlsFields,
  ...networkFields,
});

/** What a `consul` probe does, parsed. */
export type ConsulOptions = z.output<typeof consulOptions>;
