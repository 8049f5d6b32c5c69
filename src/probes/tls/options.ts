import { z } from 'zod';
import { STARTTLS } from '../net/starttls.ts';
import { authorities, hostName, networkFields, portNumber, tlsFields } from '../net/fields.ts';

/** The `tls` kind's own fields. */
export const tlsOptions = z.strictObject({
  host: hostName(),
  port: portNumber().default(443),
  starttls: z.enum(STARTTLS).optional(),
  tls: tlsFields,
  oldTrust: authorities()
    .optional()
    .meta({ description: 'PEM of the authorities that old clients trust: what is served must satisfy those too' }),
  ...networkFields,
});

/** What a `tls` probe does, parsed. */
export type TlsOptions = z.output<typeof tlsOptions>;
