import { z } from 'zod';
import { STARTTLS } from '../net/starttls.ts';
import { hostName, networkFields, portNumber, tlsFields } from '../net/fields.ts';

/** The `tls` kind's own fields. */
export const tlsOptions = z.strictObject({
  host: hostName(),
  port: portNumber().default(443),
  starttls: z.enum(STARTTLS).optional(),
  tls: tlsFields,
  ...networkFields,
});

/** What a `tls` probe does, parsed. */
export type TlsOptions = z.output<typeof tlsOptions>;
