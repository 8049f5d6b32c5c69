import { isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Judgement, Measured } from '../../src/model/run.ts';
import {
  ResolveError,
  type AddressGuard,
  type NameResolver,
  type ProbeKind,
  type RunContext,
} from '../../src/ports/probe-kind.ts';

/** What a test wants to be different. */
export interface ContextWishes {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly startedAt?: number;
  /** Addresses by name; literal addresses resolve to themselves. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
  readonly resolver?: NameResolver;
  readonly guard?: AddressGuard;
  readonly traceparent?: string;
}

/** A context as the daemon gives one, with the real clock and names that the test knows. */
export function runContext(wishes: ContextWishes = {}): RunContext {
  const timeoutMs = wishes.timeoutMs ?? 5_000;
  return {
    signal: wishes.signal ?? AbortSignal.timeout(timeoutMs),
    timeoutMs,
    startedAt: wishes.startedAt ?? Date.now(),
    monotonic: () => performance.now(),
    resolver: wishes.resolver ?? knownNames(wishes.names ?? {}),
    guard: wishes.guard ?? (() => ({ allowed: true })),
    memory: null,
    remember: () => undefined,
    ...(wishes.traceparent !== undefined && { traceparent: wishes.traceparent }),
  };
}

/** One run for real, judged after a round trip through JSON, as the log judges again. */
export async function probe<Options, M extends Measured>(
  kind: ProbeKind<Options, M>,
  raw: unknown,
  wishes: ContextWishes = {},
): Promise<{ readonly measured: M; readonly judgement: Judgement }> {
  const options = kind.schema.parse(raw);
  const live = await kind.run(options, runContext(wishes));
  const measured = JSON.parse(JSON.stringify(live)) as M;
  return { measured, judgement: kind.judge(measured, options) };
}

function knownNames(names: Readonly<Record<string, readonly string[]>>): NameResolver {
  return {
    resolve(host) {
      const addresses = isIP(host) !== 0 ? [host] : names[host];
      if (addresses === undefined) {
        return Promise.reject(new ResolveError('dns.nxdomain', `look up ${host}: no such name (NXDOMAIN)`));
      }
      return Promise.resolve({
        addresses: addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }) as const),
        cname: [],
        ms: 0.1,
      });
    },
  };
}
