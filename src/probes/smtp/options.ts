import { z } from 'zod';
import { secret } from '../../ports/fields.ts';
import { hostName, networkFields, portNumber, tlsFields } from '../net/fields.ts';

/** Submission over TLS from the start (RFC 8314 §7.3). */
export const IMPLICIT_TLS_PORT = 465;

/** The `smtp` kind's own fields. */
export const smtpOptions = z
  .strictObject({
    host: hostName(),
    port: portNumber().default(25),
    /** Asks for TLS before anything else; on port 465 TLS is spoken from the start. */
    starttls: z.boolean().default(false),
    username: z.string().min(1).max(320).optional(),
    password: secret().optional(),
    tls: tlsFields,
    ...networkFields,
  })
  .superRefine((options, context) => {
    const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    if (options.port === IMPLICIT_TLS_PORT && options.starttls) {
      refuse('starttls', 'port 465 speaks TLS from the start; leave it out');
    }
    if ((options.username === undefined) !== (options.password === undefined)) {
      refuse(options.username === undefined ? 'username' : 'password', 'a login needs both username and password');
    }
    if (options.username !== undefined && !options.starttls && options.port !== IMPLICIT_TLS_PORT) {
      refuse('starttls', 'a password is sent over TLS only; say starttls: true, or use port 465');
    }
  });

/** What an `smtp` probe does, parsed. */
export type SmtpOptions = z.output<typeof smtpOptions>;
