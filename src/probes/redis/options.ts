import { z } from 'zod';
import { Secret } from '../../model/secret.ts';
import { secret } from '../../ports/fields.ts';
import { identityField } from '../dialogue/identity.ts';
import { networkFields, tlsFields } from '../net/fields.ts';

const DEFAULT_PORT = 6379;

/** A `redis:` or `rediss:` URL, taken apart. */
export interface RedisUrl {
  readonly host: string;
  readonly port: number;
  /** `rediss:` */
  readonly tls: boolean;
  /** Absent: the default user (ACL users came with Redis 6). */
  readonly username?: string;
  readonly password?: Secret;
  /** 0 unless the path says otherwise. */
  readonly database: number;
}

/** `redis://[user[:password]@]host[:port][/database]`: what of it is wrong, or its parts. */
export function parseRedisUrl(text: string): RedisUrl | string {
  if (!URL.canParse(text)) return 'not a URL; write it like redis://user:password@host.example:6379/0';
  const url = new URL(text);
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') return 'only redis:// and rediss:// are spoken';
  if (url.hostname === '') return 'names no host';
  if (url.search !== '' || url.hash !== '') return 'may hold no query and no fragment';
  if (!/^\/?\d{0,5}$/.test(url.pathname)) return 'the path is the number of a database, like /0';
  const [username, password] = [decoded(url.username), decoded(url.password)];
  if (username === undefined || password === undefined) return 'the credentials are not percent-encoded';
  if (username !== '' && password === '') return 'a user without a password; for a password alone write :password@';
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    tls: url.protocol === 'rediss:',
    ...(username !== '' && { username }),
    ...(password !== '' && { password: new Secret(password) }),
    database: Number(url.pathname.slice(1)),
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const redisUrl = secret().transform((given, context): RedisUrl => {
  const parsed = parseRedisUrl(given.reveal());
  if (typeof parsed !== 'string') return parsed;
  context.addIssue({ code: 'custom', message: parsed });
  return z.NEVER;
});

/** The `redis` kind's own fields. */
export const redisOptions = z.strictObject({
  url: redisUrl,
  identity: identityField.optional(),
  write: z.boolean().default(false),
  role: z.enum(['master', 'replica']).optional(),
  tls: tlsFields,
  ...networkFields,
});

/** What a `redis` probe does, parsed. */
export type RedisOptions = z.output<typeof redisOptions>;
