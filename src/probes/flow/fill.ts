import { RE2JS } from 're2js';
import type { Json } from '../../model/run.ts';
import { Secret } from '../../model/secret.ts';
import type { HttpExpectation } from '../http/options.ts';
import type { Stopped } from '../net/stopped.ts';
import type { Captured } from './captures.ts';
import type { FlowRequest } from './options.ts';
import { fillText, soleReference } from './references.ts';

/** What has been captured so far, by `step.name`. */
export type Captures = ReadonlyMap<string, Captured>;

/** Text that may stand in a header: RFC 9110 §5.5 without obsolete line folding. */
const HEADER_TEXT = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * A step with everything captured put in, encoded for where it stands: as a component of a URL, inside a JSON
 * string, in a form; raw in a header. What would change the meaning of the place (a line break in a header, `..`
 * in a path) is refused: it came from a target.
 */
export function fillRequest<Request extends FlowRequest>(
  request: Request,
  captures: Captures,
): { readonly request: Request } | { readonly stopped: Stopped } {
  try {
    return { request: filled(request, captures) };
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    return { stopped: { at: 'request', class: 'protocol.malformed', message: error.message } };
  }
}

/** Why a captured value cannot stand where it is wanted; never leaves this file. */
class Unfit extends Error {
  constructor(reference: string, where: string, why: string) {
    super(`\${${reference}} cannot stand in ${where}: it ${why}`);
  }
}

function filled<Request extends FlowRequest>(request: Request, captures: Captures): Request {
  const contentType = Object.entries(request.headers).find(([name]) => name.toLowerCase() === 'content-type');
  const inBody = bodyEncoder(contentType?.[1].reveal() ?? '');
  const put = (text: string, encode: Encode) => fillText(text, (name) => encode(valueOf(captures, name).text, name));
  const header = (value: Secret) => new Secret(put(value.reveal(), inHeader));
  const { auth } = request;
  return {
    ...request,
    url: put(request.url, inUrl),
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, header(value)])),
    ...(request.body !== undefined && { body: put(request.body, inBody) }),
    ...(request.json !== undefined && { json: inTree(request.json, (text) => put(text, raw)) }),
    ...(auth !== undefined && { auth: filledAuth(auth, (text) => put(text, raw), header) }),
    expect: filledExpectation(request.expect, captures, put),
  };
}

type Encode = (text: string, reference: string) => string;
type Put = (text: string, encode: Encode) => string;

function filledAuth(
  auth: NonNullable<FlowRequest['auth']>,
  put: (text: string) => string,
  header: (value: Secret) => Secret,
): NonNullable<FlowRequest['auth']> {
  const secret = (value: Secret) => new Secret(put(value.reveal()));
  const { basic, bearer, oauth2 } = auth;
  return {
    ...(basic !== undefined && { basic: { username: put(basic.username), password: secret(basic.password) } }),
    ...(bearer !== undefined && { bearer: header(bearer) }),
    ...(oauth2 !== undefined && {
      oauth2: {
        ...oauth2,
        clientId: put(oauth2.clientId),
        clientSecret: secret(oauth2.clientSecret),
        ...(oauth2.scope !== undefined && { scope: put(oauth2.scope) }),
      },
    }),
  };
}

function filledExpectation(expect: HttpExpectation, captures: Captures, put: Put): HttpExpectation {
  const { contains, matches, notMatches, json } = expect;
  const quoted: Encode = (text) => RE2JS.quote(text);
  const typed = (text: string): Json => {
    const sole = soleReference(text);
    return sole === undefined ? put(text, raw) : valueOf(captures, sole).value;
  };
  return {
    ...expect,
    ...(contains !== undefined && { contains: contains.map((text) => put(text, raw)) }),
    ...(matches !== undefined && { matches: matches.map((text) => put(text, quoted)) }),
    ...(notMatches !== undefined && { notMatches: notMatches.map((text) => put(text, quoted)) }),
    ...(json !== undefined && {
      json: Object.fromEntries(Object.entries(json).map(([path, value]) => [path, inTree(value, typed)])),
    }),
  };
}

/** The configuration has been read: every reference is to an earlier step, and that step has passed. */
function valueOf(captures: Captures, reference: string): Captured {
  const captured = captures.get(reference);
  if (captured === undefined) throw new TypeError(`\${${reference}} was not captured`);
  return captured;
}

const raw: Encode = (text) => text;

const inUrl: Encode = (text, reference) => {
  if (!text.isWellFormed()) throw new Unfit(reference, 'a URL', 'holds half a character');
  // Either would climb in the path, encoded or not (WHATWG URL §4.1).
  if (text === '.' || text === '..') throw new Unfit(reference, 'a URL', 'would climb in its path');
  return encodeURIComponent(text);
};

const inHeader: Encode = (text, reference) => {
  if (!HEADER_TEXT.test(text)) throw new Unfit(reference, 'a header', 'holds line breaks or control characters');
  return text;
};

const inJsonText: Encode = (text) => JSON.stringify(text).slice(1, -1);

function bodyEncoder(contentType: string): Encode {
  if (/^application\/([\w.-]+\+)?json\b/i.test(contentType)) return inJsonText;
  return /^application\/x-www-form-urlencoded\b/i.test(contentType) ? inUrl : raw;
}

function inTree(value: Json, fill: (text: string) => Json): Json {
  if (typeof value === 'string') return fill(value);
  if (Array.isArray(value)) return value.map((item: Json) => inTree(item, fill));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, item === undefined ? null : inTree(item, fill)]),
  );
}
