import type { Probe } from '../model/configuration.ts';
import type { ProbeId } from '../model/ids.ts';
import type { Evaluate, Json } from '../model/run.ts';
import type { LoadedConfiguration } from '../ports/loaded.ts';
import type { AddressGuard, ProbeKind } from '../ports/probe-kind.ts';
import { addressGuard } from './address-guard.ts';
import { DaemonError } from './daemon-error.ts';

/** A probe with all that a run of it needs. */
export interface ArmedProbe {
  readonly probe: Probe;
  readonly kind: ProbeKind;
  /** Parsed, with secrets. */
  readonly options: unknown;
  readonly assertions: readonly Evaluate[];
  readonly guard: AddressGuard;
  /** What its runs load: those with the same target share a lane. */
  readonly target: string;
}

/** Every enabled probe of a configuration, armed. Throws `unknown-kind` and `bad-range`. */
export function armProbes(
  loaded: LoadedConfiguration,
  kinds: ReadonlyMap<string, ProbeKind>,
): ReadonlyMap<ProbeId, ArmedProbe> {
  const { allow, listen } = loaded.server;
  const common = addressGuard([allow], listen);
  const armed = new Map<ProbeId, ArmedProbe>();
  for (const probe of loaded.configuration.probes) {
    if (!probe.enabled) continue;
    const kind = kinds.get(probe.kind);
    if (kind === undefined)
      throw new DaemonError('unknown-kind', `armed ${probe.id}: there is no probe kind ${probe.kind}`);
    const own = loaded.probes.get(probe.id);
    armed.set(probe.id, {
      probe,
      kind,
      options: own?.options,
      assertions: own?.assertions ?? [],
      guard: own?.allow === undefined ? common : addressGuard([allow, own.allow], listen),
      target: targetOf(probe),
    });
  }
  return armed;
}

/** Host and port where the options name them, as nearly every kind's do; else the probe stands for itself. */
export function targetOf(probe: Probe): string {
  const { url, host, port } = fields(probe.options);
  if (typeof url === 'string' && URL.canParse(url)) {
    const { protocol, hostname, port: urlPort } = new URL(url);
    return `${hostname}:${urlPort === '' ? protocol : urlPort}`;
  }
  if (typeof host === 'string') return `${host}:${typeof port === 'number' ? port : probe.kind}`;
  return probe.id;
}

function fields(options: Json): { readonly [name: string]: Json | undefined } {
  return typeof options === 'object' && options !== null && !Array.isArray(options)
    ? (options as { readonly [name: string]: Json | undefined })
    : {};
}
