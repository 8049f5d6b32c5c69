import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Notification } from '../model/notification.ts';
import type { Secret } from '../model/secret.ts';
import type { ChannelKind, DeliverContext, Delivery } from '../ports/channel-kind.ts';
import { secret } from '../ports/fields.ts';
import { headersField, revealed } from './attempt/headers-field.ts';
import { httpUrl } from './attempt/http-url.ts';
import { post } from './attempt/post.ts';
import { tlsField } from './attempt/tls-field.ts';
import { verdict } from './attempt/verdict.ts';

const schema = z.strictObject({
  url: httpUrl(),
  secret: z.union([secret(), z.array(secret()).min(1).max(2)]).optional(),
  headers: headersField().optional(),
  tls: tlsField(),
});

type Options = z.output<typeof schema>;

/** Posts the notification as JSON, signed, to an address of your own. */
export const webhook: ChannelKind<Options> = {
  name: 'webhook',
  description:
    'Posts the notification as JSON to an address, signed with HMAC-SHA256 so that the receiver can tell it is ours.',
  example: `kind: webhook
url: https://hooks.example/tocsin
secret: '\${env:HOOK_SECRET}' # or a list of two, while one is rotated
headers: { authorization: '\${env:HOOK_AUTHORIZATION}' }
`,
  schema,
  deliver,
};

async function deliver(options: Options, notification: Notification, context: DeliverContext): Promise<Delivery> {
  const body = JSON.stringify(notification);
  const timestamp = String(Math.floor(context.now / 1000));
  const secrets = secretsOf(options.secret);
  const answer = await post({
    url: options.url,
    headers: {
      ...revealed(options.headers),
      'content-type': 'application/json',
      'user-agent': 'tocsin',
      'idempotency-key': context.idempotencyKey,
      'tocsin-timestamp': timestamp,
      ...(secrets.length === 0 ? {} : { 'tocsin-signature': signatures(secrets, timestamp, body) }),
    },
    body,
    signal: context.signal,
    ca: options.tls?.ca,
  });
  const { origin, pathname, search } = new URL(options.url);
  const hidden = [...secrets, ...Object.values(options.headers ?? {}), ...pathSecrets(pathname + search)];
  return verdict(answer, { tried: `POST to ${origin}`, now: context.now, secrets: hidden });
}

/**
 * One signature for each valid secret: `v1=` and the hexadecimal HMAC-SHA256 of `timestamp.body`, where the
 * timestamp is that of the header, in Unix seconds. A receiver accepts the message if any of them is right.
 */
function signatures(secrets: readonly Secret[], timestamp: string, body: string): string {
  return secrets
    .map((each) => `v1=${createHmac('sha256', each.reveal()).update(`${timestamp}.${body}`).digest('hex')}`)
    .join(', ');
}

function secretsOf(option: Options['secret']): readonly Secret[] {
  return option === undefined ? [] : Array.isArray(option) ? option : [option];
}

/** Many services put a token into the path, and echo the path when they refuse it. */
function pathSecrets(path: string): readonly string[] {
  return path.length < 8 ? [] : [path];
}
