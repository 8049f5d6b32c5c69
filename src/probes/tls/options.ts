import { z } from 'zod';
import { hostName, networkFields, portNumber, tlsFields } from '../net/fields.ts';

/** The `tls` kind's own fields. */
export const tlsOptions = z.strictObject({
  host: hostName(),
  port: portNumber().default(443),
  starttls: z.enum(['smtp', 'imap', 'postgres']).optional(),
  tls: tlsFields,
  ...networkFields,
});

/** What a `tls` probe does, parsed. */
export type TlsOptions = z.output<typeof tlsOptions>;

/** A protocol that begins in the clear and is then asked for TLS. */
export type StartTls = NonNullable<TlsOptions['starttls']>;
