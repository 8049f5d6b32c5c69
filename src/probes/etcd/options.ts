import { z } from 'zod';
import { duration, secret } from '../../ports/fields.ts';
import { identityField } from '../dialogue/identity.ts';
import { httpUrl, networkFields, tlsFields } from '../net/fields.ts';

const MIN_WRITE_EVERY_MS = 1000;

/** The `etcd` kind's own fields. */
export const etcdOptions = z
  .strictObject({
    url: httpUrl().transform((url) => url.replace(/\/+$/, '')),
    username: z.string().min(1).max(200).optional(),
    password: secret().optional(),
    identity: identityField.optional(),
    clusterId: z
      .string({
        error: (issue) =>
          typeof issue.input === 'number' ? 'a cluster id is too large for a number: put it in quotes' : undefined,
      })
      .regex(/^\d{1,20}$/, 'not a cluster id; give it in decimal, as cluster_id of any answer')
      .optional(),
    write: z.boolean().default(false),
    // Each canary adds revisions to the store's history.
    writeEvery: duration()
      .refine((ms) => ms >= MIN_WRITE_EVERY_MS, 'at least 1s')
      .prefault('60s'),
    tls: tlsFields,
    ...networkFields,
  })
  .refine((options) => (options.username === undefined) === (options.password === undefined), {
    path: ['password'],
    error: 'a user needs both username and password',
  });

/** What an `etcd` probe does, parsed. */
export type EtcdOptions = z.output<typeof etcdOptions>;
