import { Secret } from '../../model/secret.ts';
import { hostOf } from '../net/urls.ts';

/** What a database's URLs look like. */
export interface PlaceRules {
  /** With their colon: `postgres:`. */
  readonly schemes: readonly string[];
  readonly defaultPort: number;
  /** The parameter that speaks of TLS: `sslmode`. */
  readonly tlsParameter: string;
  /** Its values, and whether they mean TLS. */
  readonly tlsValues: Readonly<Record<string, boolean>>;
}

/** A database to log in to, as a URL says it. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: Secret;
  readonly database?: string;
  /** Undefined where the URL says nothing about TLS. */
  readonly encrypted?: boolean;
}

/** Reads `scheme://user:password@host:port/database?parameter=value`. What is wrong is said without its secrets. */
export function parsePlace(
  url: Secret,
  rules: PlaceRules,
): { readonly ok: true; readonly place: Place } | { readonly ok: false; readonly why: string } {
  const form = `${rules.schemes[0] ?? ''}//user:password@host.example:${rules.defaultPort}/database`;
  const text = url.reveal();
  if (!URL.canParse(text)) return { ok: false, why: `not a URL; write it like ${form}` };
  const parsed = new URL(text);
  if (!rules.schemes.includes(parsed.protocol)) return { ok: false, why: `another scheme; write it like ${form}` };
  const parts = [parsed.username, parsed.password, parsed.pathname.slice(1)].map(decoded);
  const [user, password, database] = parts;
  if (parts.includes(undefined)) return { ok: false, why: 'holds a % that is no encoding; write it as %25' };
  if (user === undefined || user === '') return { ok: false, why: `names no user; write it like ${form}` };
  if (hostOf(parsed) === '') return { ok: false, why: `names no host; write it like ${form}` };
  const encrypted = encryptionIn(parsed, rules);
  if (typeof encrypted === 'string') return { ok: false, why: encrypted };
  return {
    ok: true,
    place: {
      host: hostOf(parsed),
      port: parsed.port === '' ? rules.defaultPort : Number(parsed.port),
      user,
      ...(password !== undefined && password !== '' && { password: new Secret(password) }),
      ...(database !== undefined && database !== '' && { database }),
      ...(encrypted !== undefined && { encrypted }),
    },
  };
}

/** The place of a URL that the schema has taken. */
export function placeOf(url: Secret, rules: PlaceRules): Place {
  const parsed = parsePlace(url, rules);
  if (!parsed.ok) throw new Error(`the schema takes no such url: ${parsed.why}`);
  return parsed.place;
}

function encryptionIn(url: URL, { tlsParameter, tlsValues }: PlaceRules): boolean | undefined | string {
  const known = `only ${tlsParameter}=${Object.keys(tlsValues).join(' | ')} can stand behind the ?`;
  const others = [...url.searchParams.keys()].some((name) => name !== tlsParameter);
  if (others) return known;
  const given = url.searchParams.get(tlsParameter);
  if (given === null) return undefined;
  return Object.hasOwn(tlsValues, given) ? tlsValues[given] : known;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
