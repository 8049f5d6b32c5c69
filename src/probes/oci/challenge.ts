import { z } from 'zod';

/** One way that a server offers to say who we are (RFC 9110 §11.6.1); only what the registry protocol uses. */
export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  readonly realm?: string | undefined;
  readonly service?: string | undefined;
  readonly scope?: string | undefined;
  /** RFC 6750 §3.1: `invalid_token`, `insufficient_scope`. */
  readonly error?: string | undefined;
}

const MAX_HEADER = 4096;
const MAX_CHALLENGES = 8;
const MAX_PARAMETER = 500;

const SEPARATOR = /[\s,]*/y;
const SCHEME = /([A-Za-z][A-Za-z0-9!#$%&'*+.^_`|~-]{0,40})(?=[\s,]|$)/y;
const PARAMETER = /[\s,]*([A-Za-z0-9!#$%&'*+.^_`|~-]{1,60})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y;
const TOKEN68 = /\s+[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))/y;

/** Every challenge of a `WWW-Authenticate` header, in order; those after something unreadable are left out. */
export function parseChallenges(header: string): readonly Challenge[] {
  const reader = readerOf(header.slice(0, MAX_HEADER));
  const challenges: Challenge[] = [];
  while (challenges.length < MAX_CHALLENGES) {
    reader.take(SEPARATOR);
    const scheme = reader.take(SCHEME)?.[1];
    if (scheme === undefined) break;
    const parameters: Record<string, string> = {};
    for (;;) {
      const [, name, quoted, bare] = reader.take(PARAMETER) ?? [];
      if (name === undefined) break;
      const value = quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '';
      parameters[name.toLowerCase()] ??= value.slice(0, MAX_PARAMETER);
    }
    if (Object.keys(parameters).length === 0) reader.take(TOKEN68);
    challenges.push({ scheme: scheme.toLowerCase(), ...knownParameters.parse(parameters) });
  }
  return challenges;
}

/** The way that is taken: a token where one is offered, as Docker does, else a password. */
export function preferredChallenge(challenges: readonly Challenge[] | undefined): Challenge | undefined {
  return challenges?.find(({ scheme }) => scheme === 'bearer') ?? challenges?.find(({ scheme }) => scheme === 'basic');
}

const knownParameters = z
  .object({ realm: z.string(), service: z.string(), scope: z.string(), error: z.string() })
  .partial();

function readerOf(text: string): { readonly take: (pattern: RegExp) => RegExpExecArray | null } {
  let at = 0;
  return {
    take(pattern) {
      // A copy: `lastIndex` of a shared pattern would be state of the module.
      const sticky = new RegExp(pattern);
      sticky.lastIndex = at;
      const match = sticky.exec(text);
      if (match !== null) at = sticky.lastIndex;
      return match;
    },
  };
}
