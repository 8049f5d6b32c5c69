import { printable } from '../../ports/printable.ts';
import type { Finding } from '../judging/judgement.ts';
import { preferredChallenge, type Challenge } from './challenge.ts';
import type { Granted, TokenAnswer, Visit } from './measured.ts';
import type { OciOptions } from './options.ts';
import { classOfRefusal, describe, interruption } from './refusal.ts';
import type { StepName } from './steps.ts';
import { allows } from './token.ts';

const MAX_SHOWN = 300;

/** How the registry wants to be told who we are; undefined where it does not want to, or not in a way that we know. */
export function challengeOf(visit: Visit): Challenge | undefined {
  return preferredChallenge((visit.knock ?? visit.front).challenges);
}

/** What is wrong with the front page. 401 is how a registry that issues tokens greets everybody. */
export function frontFinding({ front }: Visit): Finding | undefined {
  if (front.status === 401) return undefined;
  const long = front.stopped?.class === 'protocol.too_large';
  const stopped = long ? undefined : interruption('front page', front);
  if (stopped !== undefined) return stopped;
  if (front.status === 200) return undefined;
  return {
    step: 'front page',
    class: classOfRefusal(front, 'anonymous'),
    message: `${front.request}: answered ${describe(front)}`,
    expected: 'status 200, or 401 with a challenge',
    got: describe(front),
  };
}

/**
 * What is wrong with where the registry sends us to log in. A pinned realm must be the one; without a pin,
 * credentials go nowhere but to the registry's own host, because a stranger behind its name would send them to
 * itself.
 */
export function realmFinding(visit: Visit, options: OciOptions): Finding | undefined {
  const { front, knock, head } = visit;
  const isKnown = front.status === 401 || knock !== undefined || (head !== undefined && head.stopped === undefined);
  if (!isKnown) return undefined;
  const asking = knock ?? front;
  const challenge = challengeOf(visit);
  if (asking.status === 401 && challenge === undefined) {
    const message = `${asking.request}: answered 401 without a challenge of Bearer or Basic`;
    return { step: 'realm', class: 'protocol.malformed', message, expected: 'WWW-Authenticate', got: describe(asking) };
  }
  const shown = showChallenge(challenge);
  const mismatch = (reason: string, expected: string): Finding => ({
    step: 'realm',
    class: 'identity.realm_mismatch',
    message: `${asking.request}: ${reason}`,
    expected,
    got: shown,
  });
  if (options.realm !== undefined && !sameRealm(options.realm, challenge?.realm)) {
    return mismatch(`sends whoever logs in to ${shown}, pinned is realm ${options.realm}`, `realm ${options.realm}`);
  }
  if (options.service !== undefined && challenge?.service !== options.service) {
    return mismatch(
      `names the service of ${shown}, pinned is service ${options.service}`,
      `service ${options.service}`,
    );
  }
  if (challenge === undefined) return undefined;
  if (challenge.scheme === 'basic') {
    if (options.username !== undefined) return undefined;
    const message = `${asking.request}: wants a username and a password, and none are configured`;
    return { step: 'realm', class: 'auth.unauthorized', message, expected: 'no login', got: shown };
  }
  if (!isTokenService(challenge.realm)) {
    const message = `${asking.request}: sends to a realm that is no web address, ${shown}`;
    return { step: 'realm', class: 'protocol.malformed', message, expected: 'a URL', got: shown };
  }
  if (options.username === undefined || options.realm !== undefined || isHome(challenge.realm, options.registry)) {
    return undefined;
  }
  return mismatch(
    `sends whoever logs in to another host, ${shown}; the credentials were not sent: pin realm if that is right`,
    `a realm at ${options.registry}`,
  );
}

/** What is wrong with a token: refused, none, or one that silently allows less than was asked for. */
export function tokenFinding(
  token: TokenAnswer,
  options: OciOptions,
  actions: readonly string[],
  step: StepName = 'token',
): Finding | undefined {
  const failed = tokenRefusal(token, step);
  if (failed !== undefined) return failed;
  const missing = actions.filter((action) => !allows(token.granted, options.repository, action));
  if (missing.length === 0) return undefined;
  const got = showGranted(token.granted ?? []);
  return {
    step,
    class: 'auth.forbidden',
    message: `${token.request}: gave a token that does not allow ${missing.join(', ')} on ${options.repository}, only ${got}`,
    expected: token.scope,
    got,
  };
}

/** What a token grants, for people. */
export function showGranted(granted: readonly Granted[]): string {
  if (granted.length === 0) return 'nothing';
  const each = granted.map(({ type, name, actions }) => `${type}:${name}:${actions.join(',')}`);
  return printable(each.join(' '), MAX_SHOWN);
}

/** Where a challenge sends us, for people. */
export function showChallenge(challenge: Challenge | undefined): string {
  if (challenge === undefined) return 'nowhere (no login is wanted)';
  const service = challenge.service === undefined ? '' : ` service ${challenge.service}`;
  return printable(`${challenge.scheme} realm ${challenge.realm ?? '(none)'}${service}`, MAX_SHOWN);
}

function tokenRefusal(token: TokenAnswer, step: StepName): Finding | undefined {
  const { stopped, status } = token;
  const subject = `token from ${token.request}`;
  if (stopped !== undefined && stopped.class !== 'protocol.too_large') {
    return { step, class: stopped.class, message: `token service: ${stopped.message}` };
  }
  const expected = 'status 200 and a token';
  if (status !== 200) {
    const refused = classOfRefusal(token, token.withCredentials ? 'basic' : 'anonymous');
    const whose = status === 401 && token.withCredentials ? 'the configured credentials were refused, ' : '';
    const message = `${subject}: ${whose}answered ${describe(token)}`;
    return { step, class: refused, message, expected, got: describe(token) };
  }
  if (token.given) return undefined;
  const message = `${subject}: answered 200 without a token`;
  return { step, class: 'protocol.malformed', message, expected, got: describe(token) };
}

/** As URLs where both are: `https://a/token` and `https://a:443/token` are one realm. */
function sameRealm(pinned: string, realm: string | undefined): boolean {
  if (realm === undefined) return false;
  return (
    pinned === realm || (URL.canParse(pinned) && URL.canParse(realm) && new URL(pinned).href === new URL(realm).href)
  );
}

function isTokenService(realm: string | undefined): realm is string {
  if (realm === undefined || !URL.canParse(realm)) return false;
  const { protocol, port, hostname } = new URL(realm);
  return (protocol === 'https:' || protocol === 'http:') && hostname !== '' && port !== '0';
}

/** The registry's host, and never from https down to http. */
function isHome(realm: string, registry: string): boolean {
  const [to, from] = [new URL(realm), new URL(registry)];
  return to.hostname === from.hostname && (to.protocol === 'https:' || from.protocol === 'http:');
}
