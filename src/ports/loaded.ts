import type { Configuration, Diagnostic } from '../model/configuration.ts';
import type { ChannelId, ProbeId } from '../model/ids.ts';
import type { Evaluate } from '../model/run.ts';
import type { Secret } from '../model/secret.ts';

/** What a token may do; each includes the ones before it. */
export type Role = 'viewer' | 'reporter' | 'operator';

/** Who may use the API. */
export type Auth =
  /** Nothing was said: reading is open on loopback, writing needs the token made in the data folder. */
  | { readonly kind: 'default' }
  /** `auth: none`: reading is open wherever we listen. */
  | { readonly kind: 'none' }
  | {
      readonly kind: 'tokens';
      readonly public: boolean;
      readonly tokens: readonly { readonly name: string; readonly role: Role; readonly token: Secret }[];
    };

/** Where probes may connect: after resolution. Link-local, cloud metadata and our own port are always denied. */
export interface AllowRules {
  readonly cidrs?: readonly string[];
  readonly deny: readonly string[];
}

/** How the daemon itself is set up. */
export interface ServerSettings {
  readonly listen: { readonly host: string; readonly port: number };
  readonly publicUrl?: string;
  readonly auth: Auth;
  readonly allow: AllowRules;
}

/** A configuration ready to run: the compiled data, and beside it what must not be in it (secrets, functions). */
export interface LoadedConfiguration {
  readonly configuration: Configuration;
  /** Per probe: its kind's parsed options (with secrets), and its compiled assertions in order. */
  readonly probes: ReadonlyMap<
    ProbeId,
    { readonly options: unknown; readonly assertions: readonly Evaluate[]; readonly allow?: AllowRules }
  >;
  readonly channels: ReadonlyMap<ChannelId, { readonly kind: string; readonly options: unknown }>;
  readonly server: ServerSettings;
  readonly log: { readonly path: string; readonly keepMs: number; readonly keepIncidents: 'forever' | number };
  readonly telemetry: { readonly otlp?: string; readonly metrics: boolean };
  readonly deadman?: { readonly url: Secret; readonly everyMs: number };
  /** Every file that was read, for watching and for the log. */
  readonly sources: readonly { readonly file: string; readonly text: string }[];
  /** Findings that the text alone shows: an inline secret, a timeout longer than its interval. */
  readonly findings: readonly Diagnostic[];
}

/** What loading gives: a configuration, or every mistake at once. */
export type LoadResult =
  | { readonly ok: true; readonly loaded: LoadedConfiguration }
  | {
      readonly ok: false;
      readonly diagnostics: readonly Diagnostic[];
      readonly sources: readonly { readonly file: string; readonly text: string }[];
    };
