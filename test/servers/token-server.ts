import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { issueAuthority, issueServerCertificate } from '../../src/world/certificate.ts';
import { newKeyPair } from '../../src/world/key-pair.ts';
import { httpTarget } from './target-server.ts';

/** What a token allows. */
export interface TokenAccess {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** What the service does with whoever asks. */
export interface TokenRules {
  /** `name:password` of who is known; everybody may ask where there is none. */
  user?: string | undefined;
  /** The actions that it ever grants, of those asked for. */
  grants: readonly string[];
  /** Answers so instead: 503, or 200 without a token. */
  instead?: { readonly status: number; readonly body: string } | undefined;
  /** Issues tokens under this name of the member. */
  member: 'token' | 'access_token';
}

/**
 * A token service as registries use one (distribution, "Token Authentication Specification"): RS256, its
 * certificate in `x5c`, verified by the registry against `root`.
 */
export interface TokenServer extends AsyncDisposable {
  /** Where tokens are fetched. */
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  readonly root: string;
  readonly rules: TokenRules;
  /** Every request that came, with the user that it named. */
  readonly requests: readonly { readonly scope: string; readonly user: string | undefined }[];
  /** `Bearer …` for a token that allows this. */
  readonly authorization: (access: readonly TokenAccess[]) => string;
}

const ISSUER = 'Test token service';
const SERVICE = 'registry.test';
const LIFETIME_SECONDS = 300;

/** Starts one on a free port of a loopback address. */
export async function startTokenServer(rules: Partial<TokenRules> = {}, host = '127.0.0.1'): Promise<TokenServer> {
  const signer = newSigner();
  const inForce: TokenRules = { grants: ['pull', 'push'], member: 'token', ...rules };
  const requests: { scope: string; user: string | undefined }[] = [];
  const answer: RequestListener = (request, response) => {
    const query = new URL(request.url ?? '/', 'http://token.test').searchParams;
    const user = userOf(request);
    requests.push({ scope: query.get('scope') ?? '', user });
    const reply = (status: number, body: string): void =>
      void response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(body);
    if (inForce.instead !== undefined) return reply(inForce.instead.status, inForce.instead.body);
    if (inForce.user !== undefined && user !== inForce.user) {
      return reply(401, JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'unauthorized: robot expired' }] }));
    }
    const asked = accessOf(query.get('scope') ?? '');
    const access = asked.map((one) => ({ ...one, actions: one.actions.filter((a) => inForce.grants.includes(a)) }));
    reply(200, JSON.stringify({ [inForce.member]: signer.token(access), expires_in: LIFETIME_SECONDS }));
  };
  const target = await httpTarget(answer, undefined, host);
  return {
    realm: `http://${target.at}/token`,
    service: SERVICE,
    issuer: ISSUER,
    root: signer.root,
    rules: inForce,
    requests,
    authorization: (access) => `Bearer ${signer.token(access)}`,
    [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
  };
}

/** What signs tokens. */
interface TokenSigner {
  /** The authority of its certificate, PEM. */
  readonly root: string;
  readonly token: (access: readonly TokenAccess[]) => string;
}

/** A signer with a key of its own. */
function newSigner(): TokenSigner {
  const now = Date.now();
  const validity = { notBefore: now - 3_600_000, notAfter: now + 86_400_000 };
  const authority = issueAuthority({ commonName: 'Token CA', keys: newKeyPair(), ...validity });
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const leaf = issueServerCertificate({ commonName: ISSUER, keys, names: ['token.test'], ...validity }, authority);
  const x5c = [leaf.pem.replace(/-----[A-Z ]+-----|\s/g, '')];
  return {
    root: authority.pem,
    token(access) {
      const iat = Math.floor(Date.now() / 1000);
      const claims = { iss: ISSUER, sub: 'robot', aud: SERVICE, iat, nbf: iat - 60, exp: iat + LIFETIME_SECONDS };
      const parts = [
        { typ: 'JWT', alg: 'RS256', x5c },
        { ...claims, jti: randomUUID(), access },
      ];
      const content = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
      return `${content}.${sign('sha256', Buffer.from(content), keys.privateKey).toString('base64url')}`;
    },
  };
}

function userOf(request: IncomingMessage): string | undefined {
  const [, basic] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  return basic === undefined ? undefined : Buffer.from(basic, 'base64').toString('utf8');
}

/** `repository:shop/web:pull,push`, several separated by spaces. */
function accessOf(scope: string): readonly TokenAccess[] {
  return scope
    .split(' ')
    .map((one) => /^([^:]+):(.+):([^:]*)$/.exec(one))
    .flatMap((match) =>
      match === null ? [] : [{ type: match[1] ?? '', name: match[2] ?? '', actions: (match[3] ?? '').split(',') }],
    );
}
