import { z } from 'zod';
import type { Json } from '../../model/run.ts';
import { duration, secret } from '../../ports/fields.ts';
import { httpAuthField, byteCount, networkFields, tlsFields, httpUrl } from '../net/fields.ts';
import { pattern, textOrPattern } from '../judging/text-pattern.ts';
import { parseJsonPath } from './json-path.ts';
import { statusField } from './status.ts';

/** RFC 9110 §5.6.2 */
const TOKEN = /^[!#$%&'*+.^_`|~A-Za-z0-9-]{1,100}$/;
/** Set by how the request is sent; saying otherwise would only break it. */
const OURS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

const headerName = z
  .string()
  .regex(TOKEN, 'not the name of a header')
  .refine((name) => !OURS.has(name.toLowerCase()), 'is set by the probe itself');

const headerValue = secret().refine(
  (value) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value.reveal()),
  'holds characters that cannot stand in a header',
);

const texts = z
  .union([z.string().min(1).max(1000), z.array(z.string().min(1).max(1000)).min(1).max(20)])
  .transform((given) => (Array.isArray(given) ? given : [given]));

const patterns = z
  .union([pattern(), z.array(pattern()).min(1).max(20)])
  .transform((given) => (Array.isArray(given) ? given : [given]));

const jsonValue: z.ZodType<Json> = z.json();

const jsonPath = z
  .string()
  .refine((text) => parseJsonPath(text) !== undefined, "not a path to one place; write it like $.a.b[0] or $['a b']");

/** What a text may be held to: an answer's body, or a message. */
export const textExpectations = {
  contains: texts.optional(),
  matches: patterns.optional(),
  notMatches: patterns.optional(),
  json: z.record(jsonPath, jsonValue).optional(),
};

const expectation = z.strictObject({
  status: statusField,
  headers: z.record(z.string().regex(TOKEN, 'not the name of a header'), textOrPattern()).optional(),
  ...textExpectations,
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in lower-case hexadecimal')
    .optional(),
  maxLatency: duration().optional(),
});

/** What an answer is held to, parsed. */
export type HttpExpectation = z.output<typeof expectation>;

/** Whether more than status and time is judged. */
export function looksInside(expect: HttpExpectation): boolean {
  const { headers, contains, matches, notMatches, json, sha256 } = expect;
  return [headers, contains, matches, notMatches, json, sha256].some((expected) => expected !== undefined);
}

/** What a text is held to, parsed. */
export type TextExpectation = Pick<HttpExpectation, keyof typeof textExpectations>;

/** The field `headers`: every value secret, because many are. */
export const headersField = z.record(headerName, headerValue).default({});

/** The fields of one request and of what its answer is held to; without those that say how to get there. */
export const requestFields = {
  url: httpUrl(),
  method: z
    .string()
    .regex(/^[A-Z]{1,20}$/, 'not a method; write it in capitals')
    .refine((method) => method !== 'CONNECT' && method !== 'TRACE', 'cannot be probed with')
    .default('GET'),
  headers: headersField,
  body: z.string().optional(),
  json: jsonValue.optional(),
  follow: z.enum(['same-host', 'never', 'any']).default('same-host'),
  maxBytes: byteCount().default(1_048_576),
  proxy: httpUrl()
    .refine((url) => !URL.canParse(url) || new URL(url).protocol === 'http:', 'only proxies at http:// are spoken to')
    .optional(),
  expect: expectation.prefault({}),
  auth: httpAuthField.optional(),
};

/** Refuses a request with two bodies, and one whose method has none. */
export function refuseImpossibleBody(
  options: { readonly method: string; readonly body?: string | undefined; readonly json?: Json | undefined },
  context: { readonly addIssue: (issue: { code: 'custom'; path: string[]; message: string }) => void },
): void {
  if (options.body !== undefined && options.json !== undefined) {
    context.addIssue({ code: 'custom', path: ['json'], message: 'say body or json, not both' });
  }
  if ((options.method === 'GET' || options.method === 'HEAD') && (options.body ?? options.json) !== undefined) {
    const path = [options.body === undefined ? 'json' : 'body'];
    context.addIssue({ code: 'custom', path, message: `a ${options.method} has no body; set method` });
  }
}

/** The `http` kind's own fields. */
export const httpOptions = z
  .strictObject({ ...requestFields, tls: tlsFields, ...networkFields })
  .superRefine(refuseImpossibleBody);

/** What an `http` probe does, parsed. */
export type HttpOptions = z.output<typeof httpOptions>;
