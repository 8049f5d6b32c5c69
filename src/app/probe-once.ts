import { loadConfiguration } from '../config/load-configuration.ts';
import { judgeRun } from '../core/judge/judge-run.ts';
import type { JudgedRun } from '../core/judge/judge-run.ts';
import { armProbes } from '../daemon/armed-probe.ts';
import type { ArmedProbe } from '../daemon/armed-probe.ts';
import type { Diagnostic } from '../model/configuration.ts';
import type { ProbeId } from '../model/ids.ts';
import type { Measured } from '../model/run.ts';
import type { LoadedConfiguration, LoadResult } from '../ports/loaded.ts';
import { createResolver } from '../probes/net/resolver.ts';
import { configurationFiles } from './configuration-files.ts';
import { allKinds, NO_SCREEN } from './kinds.ts';
import { load } from './load.ts';
import { systemClock } from './system-clock.ts';

/** One run of a probe, with everything that can be said about it. */
export interface ProbedOnce {
  readonly probe: ProbeId;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly judged: JudgedRun;
  readonly measured: Measured;
}

/** What asking for a run gives. */
export type ProbeOnceResult =
  | { readonly kind: 'ran'; readonly run: ProbedOnce }
  | {
      readonly kind: 'refused';
      readonly diagnostics: readonly Diagnostic[];
      readonly sources: Extract<LoadResult, { ok: false }>['sources'];
    }
  /** No such probe; `known` are those there are. */
  | { readonly kind: 'unknown'; readonly known: readonly ProbeId[] }
  /** It is pushed, so there is nothing to run. */
  | { readonly kind: 'pushed' };

/** Runs one probe of a configuration now, outside of any daemon. */
export async function probeOnce(
  paths: readonly string[],
  id: string,
  env: NodeJS.ProcessEnv,
): Promise<ProbeOnceResult> {
  const kinds = allKinds(NO_SCREEN);
  return run(await load(paths, kinds, env), id);
}

/** Runs a probe that is described on the command line: a kind and its fields. */
export async function probeAdHoc(
  kind: string,
  fields: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
): Promise<ProbeOnceResult> {
  const kinds = allKinds(NO_SCREEN);
  const file = 'command line';
  const text = JSON.stringify(
    {
      ...trustOf(fields),
      services: { 'ad-hoc': { capabilities: { up: {} }, probes: { [kind]: { kind, ...fields } } } },
    },
    null,
    1,
  );
  const result = await loadConfiguration({
    paths: [file],
    kinds: kinds.probes,
    channelKinds: kinds.channels,
    read: {
      list: () => Promise.resolve({ kind: 'file', file }),
      text: () => Promise.resolve(text),
      referenced: (_declaring, path, options) => configurationFiles.referenced('./x', path, options),
    },
    env: (name) => env[name],
  });
  return run(result, `ad-hoc/${kind}`);
}

/** Whoever describes a program to run on the command line could as well run it there. */
function trustOf({ command }: Readonly<Record<string, unknown>>): object {
  const program: unknown = Array.isArray(command) ? command[0] : undefined;
  return typeof program === 'string' ? { trust: { exec: [program] } } : {};
}

async function run(result: LoadResult, id: string): Promise<ProbeOnceResult> {
  if (!result.ok) return { kind: 'refused', diagnostics: result.diagnostics, sources: result.sources };
  const armed = armProbes(result.loaded, allKinds(NO_SCREEN).probes);
  const found = armed.get(id as ProbeId);
  if (found === undefined) return { kind: 'unknown', known: [...armed.keys()] };
  if (found.kind.traits.origin === 'pushed') return { kind: 'pushed' };
  return { kind: 'ran', run: await runArmed(found) };
}

/** Every probe of a configuration once, in waves of bounded size; results as they come. */
export async function* probeAll(loaded: LoadedConfiguration): AsyncIterable<ProbedOnce> {
  const armed = [...armProbes(loaded, allKinds(NO_SCREEN).probes).values()].filter(
    (a) => a.kind.traits.origin === 'run',
  );
  const AT_ONCE = 50;
  for (let i = 0; i < armed.length; i += AT_ONCE) {
    for (const done of await Promise.all(armed.slice(i, i + AT_ONCE).map(runArmed))) yield done;
  }
}

/** One run of an armed probe, now. */
export async function runArmed(armed: ArmedProbe): Promise<ProbedOnce> {
  const startedAt = systemClock.wall();
  const begun = systemClock.monotonic();
  const timeout = AbortSignal.timeout(armed.probe.timeoutMs);
  const measured = await armed.kind.run(armed.options, {
    signal: timeout,
    timeoutMs: armed.probe.timeoutMs,
    startedAt,
    monotonic: systemClock.monotonic,
    resolver: createResolver(),
    guard: armed.guard,
    memory: null,
    remember: () => undefined,
  });
  const durationMs = Math.round((systemClock.monotonic() - begun) * 10) / 10;
  const judged = judgeRun({
    probe: armed.probe,
    judge: (m) => armed.kind.judge(m, armed.options),
    assertions: armed.assertions,
    measured,
    startedAt,
    durationMs,
  });
  return { probe: armed.probe.id, startedAt, durationMs, judged, measured };
}
