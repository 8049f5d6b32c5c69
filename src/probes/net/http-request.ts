import type { Phases } from '../../model/run.ts';
import type { Secret } from '../../model/secret.ts';
import type { Stopped } from './stopped.ts';
import type { TlsConnectionFacts } from './tls-facts.ts';
import type { TlsFields } from './tls-trust.ts';

/** Which redirects are followed: none, those that stay on the same host and scheme, or all. */
export type FollowRule = 'never' | 'same-host' | 'any';

/** How a probe says who it is. At most one of them. */
export interface HttpAuth {
  readonly basic?: { readonly username: string; readonly password: Secret } | undefined;
  readonly bearer?: Secret | undefined;
  /** Client credentials (RFC 6749 §4.4): a fresh token each run, as the consumers need one too. */
  readonly oauth2?:
    | {
        readonly tokenUrl: string;
        readonly clientId: string;
        readonly clientSecret: Secret;
        readonly scope?: string | undefined;
      }
    | undefined;
}

/** One HTTP request as a probe asks for it. */
export interface HttpRequest {
  readonly url: string;
  /** Default `GET`. */
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Buffer | undefined;
  readonly follow: FollowRule;
  /** The most of a body that is read; a longer one stops with `protocol.too_large`. */
  readonly maxBytes: number;
  readonly tls?: TlsFields | undefined;
  readonly resolver?: string | undefined;
  readonly family?: 4 | 6 | undefined;
  /** Connect to this address only; the URL's host is then not looked up. */
  readonly address?: string | undefined;
  readonly auth?: HttpAuth | undefined;
  /** `http://host:port` of a proxy: CONNECT for https, absolute form for http. */
  readonly proxy?: string | undefined;
  /** For this exchange alone, redirects included; the run's deadline holds anyway. */
  readonly timeoutMs?: number | undefined;
}

/** What an exchange brought home. Where `stopped` is set, the rest is as far as it came. */
export interface HttpExchange {
  /** The URL that answered last. */
  readonly url: string;
  readonly status?: number;
  /** Names in lower case. Repeated headers are lists. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** As received, at most `maxBytes`; empty where there was none. */
  readonly body?: Buffer;
  readonly truncated: boolean;
  /** The protocol that the answer came by; absent where nothing could be asked. */
  readonly httpVersion?: '1.1' | '2';
  /** Of the last connection. */
  readonly phases: Phases;
  readonly address?: string;
  /** Everything that the last name resolved to, in the resolver's order. */
  readonly addresses: readonly string[];
  readonly cname: readonly string[];
  readonly tls?: TlsConnectionFacts;
  /** Every redirect that was followed, in order. */
  readonly redirects: readonly { readonly status: number; readonly to: string }[];
  readonly stopped?: Stopped;
  /** The token that was fetched for this exchange: to be masked in whatever comes back. */
  readonly token?: Secret;
}
