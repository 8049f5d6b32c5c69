import type { ZodType } from 'zod';
import type { Judgement, Measured, StepKind } from '../model/run.ts';
import type { FailureClass } from '../model/failure.ts';

/** Asks a name server. Never the thread pool's `lookup`: one dead resolver must not stop the others. */
export interface NameResolver {
  /** Addresses of a host in the order given; literal addresses come back as they are. Rejects with `ResolveError`. */
  resolve(host: string, options: ResolveOptions): Promise<Resolution>;
  /** The name servers (`address[:port]`) that are asked where a look-up names none; empty: the platform's. */
  servers?(): Promise<readonly string[]>;
}

export interface ResolveOptions {
  /** `address[:port]` of the name server; the system's where absent. */
  readonly resolver?: string;
  readonly family?: 4 | 6;
  readonly signal: AbortSignal;
}

export interface Resolution {
  readonly addresses: readonly { readonly address: string; readonly family: 4 | 6 }[];
  /** The chain of canonical names that was followed, if any. */
  readonly cname: readonly string[];
  readonly ms: number;
}

/** Says whether a probe may connect to an address (after resolution, so no rebinding); a reason when not. */
export type AddressGuard = (
  address: string,
  port: number,
) => { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

/** What a run is given. It must end by `signal`, which fires at the run's deadline or when the daemon stops. */
export interface RunContext {
  readonly signal: AbortSignal;
  /** For the whole run, every step included. */
  readonly timeoutMs: number;
  /** Wall time of the run's start, recorded: what `now` means in assertions and to certificate expiry. */
  readonly startedAt: number;
  /** Monotonic milliseconds, for phases. */
  readonly monotonic: () => number;
  readonly resolver: NameResolver;
  readonly guard: AddressGuard;
  /** What this probe's last passing run left (a verified checkpoint); null at first. */
  readonly memory: unknown;
  /** Leaves something for the next run; kept only when this run passes every step. */
  readonly remember: (memory: unknown) => void;
  /** Until when, on the clock of `startedAt`, the target has asked this probe to leave it in peace. */
  readonly restUntil?: number;
  /** Hears such a wish; the next runs are given it, whatever becomes of this one. */
  readonly rest?: (untilMs: number) => void;
  /** Hears what time it is for a host that answered: how a clock of ours that is off is noticed. */
  readonly heardDate?: (address: string, dateMs: number) => void;
  /** W3C `traceparent` to send with HTTP requests, when tracing is on. */
  readonly traceparent?: string;
}

/** What a short form says of one option: text, a number, or only that the option is there (`{}`). */
export type ImpliedOption = string | number | Readonly<Record<string, never>>;

/** What is true of every run of a kind. */
export interface Traits {
  /** The steps of a run in order, and what kind of use each makes. */
  readonly steps: readonly { readonly name: string; readonly kind: StepKind }[];
  /** `run`: we go and look. `pushed`: somebody else tells us. */
  readonly origin: 'run' | 'pushed';
  /** Whether the engine may run it out of turn unless the configuration says otherwise. */
  readonly onDemand: boolean;
  /** The facts that a run may bring home, for checking pins; absent: any, which only a run can tell. */
  readonly facts?: readonly string[];
  /** Whether a run opens connections (and so is held to the contract test's hostile servers). */
  readonly network: boolean;
}

/**
 * A kind of probe. `run` does input and output and decides nothing; `judge` is pure and decides everything,
 * so that history can be judged again. `run` never throws for anything that the target or the network does:
 * that is measured; it throws only for broken assumptions of our own.
 */
export interface ProbeKind<Options = unknown, M extends Measured = Measured> {
  /** As in `kind:`. */
  readonly name: string;
  /** One or two sentences for the reference. */
  readonly description: string;
  /** A complete, tested example probe in YAML. */
  readonly example: string;
  /** The kind's own fields, beyond those common to all probes; strict. Secret fields give `Secret` values. */
  readonly schema: ZodType<Options>;
  readonly traits: Traits;
  /** Whether a passing run proves that the thing really works (deep), or only that something answers. */
  readonly deep: (options: Options) => boolean;
  /**
   * The URL schemes that `probe: URL` may be short for, the options that such a URL means (what it does not say is
   * left out), and an example to show to whoever got one wrong.
   */
  readonly shorthand?: {
    readonly schemes: readonly string[];
    readonly options: (url: string) => Readonly<Record<string, ImpliedOption>>;
    readonly example: string;
  };
  /** Kinds with steps that differ by options (or name capabilities) list them here; default: the traits'. */
  readonly steps?: (
    options: Options,
  ) => readonly { readonly name: string; readonly kind: StepKind; readonly proves?: readonly string[] }[];
  readonly run: (options: Options, context: RunContext) => Promise<M>;
  readonly judge: (measured: M, options: Options) => Judgement;
  /** Types of the variables that assertions see, for checking expressions when the configuration is read. */
  readonly variables?: Readonly<Record<string, 'int' | 'double' | 'string' | 'bool' | 'list' | 'map' | 'dyn'>>;
  /** For kinds that are pushed: whether a sign of life comes, or a result that somebody else found. */
  readonly receives?: 'beat' | 'result';
  /** For kinds that are pushed: measured from a received body. Throws an `Error` that says what is wrong with it. */
  readonly receive?: (body: unknown, options: Options, at: number) => M;
}

/** Something a resolver said instead of an address. `class` is the failure it amounts to. */
export class ResolveError extends Error {
  readonly class: FailureClass;
  constructor(failureClass: FailureClass, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ResolveError';
    this.class = failureClass;
  }
}
