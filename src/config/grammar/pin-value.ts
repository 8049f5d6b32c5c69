import { z } from 'zod';
import { parseCidr } from '../../core/address/cidr.ts';

/** How the values of a fact look: what is wrong with a pinned one, or undefined. `*` stands for anything. */
type Form = (pinned: string) => string | undefined;

/**
 * The facts that runs bring home, and how their values look. A pin of anything else, or one of another form, could
 * never hold, and would page for a misspelling.
 */
const FORMS = {
  addresses: addressForm,
  answers: anyForm,
  authorityKeys: keyForm,
  clusterId: like(/^[\d*]+$/, 'not a cluster id; write it in decimal'),
  cname: like(/^[A-Za-z0-9_.*-]+$/, 'not a host name; write it like edge.example or *.example'),
  digest: like(/^(sha256:[0-9a-f*]*|\*[0-9a-f]*)$/, 'not a digest; write it like sha256:…, in lower-case hexadecimal'),
  dnssec: like(/^(true|false)$/, 'not whether the name server vouches for the answer; write true or false'),
  httpVersion: like(/^(1\.1|2|\*)$/, 'not a version of HTTP; write 1.1 or 2, in quotes'),
  issuer: anyForm,
  leader: anyForm,
  logKey: like(/^[0-9a-f]{64}$/, 'not a fingerprint; write SHA-256 of the key in lower-case hexadecimal'),
  names: anyForm,
  namespace: anyForm,
  notAfter: like(
    /^[\d*][\d*-]*(T[\d:.*]*Z?)?$/,
    'not a moment as certificates give it; write it like 2027-03-01T12:00:00.000Z or 2027-03-*',
  ),
  realm: like(/^(https?:\/\/|\*)/, 'not the URL of a token service; write it like https://auth.example/token'),
  role: anyForm,
  rootVersion: like(/^[\d*]+$/, 'not the version of a root; write a whole number'),
  serial: like(/^[0-9a-f*]+$/, 'not a serial; write it in lower-case hexadecimal without colons'),
  server: anyForm,
  service: anyForm,
  spki: keyForm,
  targets: anyForm,
  tlsVersion: like(/^(TLSv1(\.[123])?|TLSv1\.?\*|\*)$/, 'not a version of TLS; write it like TLSv1.3'),
  treeId: like(/^[\d*]+$/, 'not a tree id; write it in decimal, in quotes'),
  version: anyForm,
} satisfies Record<string, Form>;

/** A fact that may be pinned. */
export type PinnableFact = keyof typeof FORMS;

/** Every fact that may be pinned, sorted. */
export const PINNABLE = Object.keys(FORMS) as readonly PinnableFact[];

/** One pinned value of a fact, as text. */
export function pinValue(fact: PinnableFact): z.ZodType<string, string | number | boolean> {
  return z.union([z.string(), z.number(), z.boolean()]).transform((given, context) => {
    const text = String(given);
    const problem = text === '' ? 'must not be empty' : FORMS[fact](text);
    if (problem === undefined) return text;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });
}

function like(form: RegExp, problem: string): Form {
  return (pinned) => (form.test(pinned) ? undefined : problem);
}

function anyForm(): undefined {
  return undefined;
}

/** What the engine reads as an address or a range, and patterns of addresses. */
function addressForm(pinned: string): string | undefined {
  if (parseCidr(pinned) !== undefined) return undefined;
  if (/^[0-9a-fA-F:.]*\*[0-9a-fA-F:.*]*$/.test(pinned)) return undefined;
  return 'not an address, a range or a pattern; write it like 10.2.0.7, 10.2.0.0/16 or 10.2.*';
}

function keyForm(pinned: string): string | undefined {
  if (/^sha256\/[A-Za-z0-9+/]{43}=$/.test(pinned)) return undefined;
  const inHex = /^(sha256[:/])?[0-9a-fA-F:]{64,95}$/.test(pinned) ? '; this one is in hexadecimal' : '';
  return `not a pin; write it like sha256/… in base64, over the SubjectPublicKeyInfo${inHex}`;
}
