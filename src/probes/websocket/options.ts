import { z } from 'zod';
import { headersField, textExpectations } from '../http/options.ts';
import { httpAuthField, httpUrl, networkFields, tlsFields } from '../net/fields.ts';

/** RFC 6455 §4.1 (10): a token of RFC 9110 §5.6.2. */
const SUBPROTOCOL = /^[!#$%&'*+.^_`|~A-Za-z0-9-]{1,100}$/;

/** Set by the handshake; saying otherwise would only break it. */
const OURS = /^sec-websocket-/i;

/** The `websocket` kind's own fields. */
export const websocketOptions = z
  .strictObject({
    url: z
      .string()
      .refine((text) => /^wss?:/i.test(text), 'only ws:// and wss:// can be asked')
      .superRefine((text, context) => {
        for (const { message } of httpUrl().safeParse(httpForm(text)).error?.issues ?? []) {
          context.addIssue({ code: 'custom', message });
        }
      }),
    headers: headersField,
    subprotocols: z
      .array(z.string().regex(SUBPROTOCOL, 'not the name of a subprotocol'))
      .max(10)
      .refine((names) => new Set(names).size === names.length, 'names one twice')
      .default([]),
    send: z
      .union([z.string().min(1).max(64_000), z.array(z.string().min(1).max(64_000)).min(1).max(10)])
      .transform((given) => (Array.isArray(given) ? given : [given]))
      .optional(),
    expect: z
      .strictObject(textExpectations)
      .refine((expect) => Object.values(expect).some((one) => one !== undefined), 'say what is expected')
      .optional(),
    auth: httpAuthField.optional(),
    tls: tlsFields,
    ...networkFields,
  })
  .superRefine(({ headers }, context) => {
    for (const name of Object.keys(headers).filter((one) => OURS.test(one))) {
      context.addIssue({ code: 'custom', path: ['headers', name], message: 'is set by the probe itself' });
    }
  });

/** What a `websocket` probe does, parsed. */
export type WebsocketOptions = z.output<typeof websocketOptions>;

/** The URL of the request that opens the connection: `ws:` as `http:`, `wss:` as `https:`. */
export function httpForm(url: string): string {
  return url.replace(/^ws/i, 'http');
}
