import { z } from 'zod';
import type { Secret } from '../../model/secret.ts';
import { secret } from '../../ports/fields.ts';

/** Headers that are ours to set; a configured one would break the request or forge its signature. */
const RESERVED =
  /^(host|content-type|content-length|transfer-encoding|connection|expect|upgrade|idempotency-key|tocsin-.*)$/i;

const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, 'not a header name')
  .refine((name) => !RESERVED.test(name), 'this header is set by tocsin itself');

const headerValue = secret().refine(
  (value) => /^[\t\x20-\x7e\x80-\xff]{1,4096}$/.test(value.reveal()),
  'not a header value: it holds a line break or another character that no header may',
);

/** A field that holds more headers for a service's requests; their values are secret. */
export function headersField() {
  return z.record(headerName, headerValue);
}

/** Such headers as they are sent. */
export function revealed(headers: Readonly<Record<string, Secret>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.reveal()]));
}
