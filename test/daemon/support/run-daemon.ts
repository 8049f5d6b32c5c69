import { startDaemon } from '../../../src/daemon/daemon.ts';
import type { Daemon } from '../../../src/daemon/daemon.ts';
import type { DaemonParts } from '../../../src/daemon/parts.ts';
import { engine } from '../../../src/core/tocsin-engine.ts';
import type { Configuration } from '../../../src/model/configuration.ts';
import type { ChannelId } from '../../../src/model/ids.ts';
import { MemoryStore, memoryLog } from '../../../src/log/memory-log.ts';
import type { LoadedConfiguration } from '../../../src/ports/loaded.ts';
import type { RunContext } from '../../../src/ports/probe-kind.ts';
import type { DaemonEvent } from '../../../src/ports/telemetry.ts';
import { makeConfiguration } from '../../core/support/make-configuration.ts';
import type { ServiceSpec } from '../../core/support/make-configuration.ts';
import { Heard, REAL_CLOCK, sha256 } from './heard.ts';
import { toldChannel, toldKind } from './kinds.ts';
import type { Told } from './kinds.ts';

/** A configuration as tests write it, with a hash that tells it from others. */
export function configure(
  services: Readonly<Record<string, ServiceSpec>>,
  overrides: Partial<Configuration> = {},
): LoadedConfiguration {
  const compiled = makeConfiguration(services, {
    defaults: { every: 200, timeout: 150, confirmEvery: 40, successes: 1 },
    overrides: { hold: { minMs: 50, maxMs: 2000, afterMs: 1000 }, ...overrides },
  });
  // The options name the probe, so that the told kind knows whom it plays.
  const probes = compiled.probes.map((probe) => ({ ...probe, options: { url: `http://${probe.service}.example` } }));
  const configuration: Configuration = {
    ...compiled,
    probes,
    hash: sha256(JSON.stringify({ ...compiled, probes })),
  };
  return {
    configuration,
    probes: new Map(probes.map((probe) => [probe.id, { options: probe.service, assertions: [] }])),
    channels: new Map([['hook' as ChannelId, { kind: 'webhook', options: {} }]]),
    server: { listen: { host: '127.0.0.1', port: 9700 }, auth: { kind: 'default' }, allow: { deny: [] } },
    log: { path: 'data', keepMs: 86_400_000, keepIncidents: 'forever' },
    telemetry: { metrics: true },
    sources: [],
    findings: [],
  };
}

/** What each service's probe sees: it passes unless told otherwise. Keyed by service. */
export type Sights = Map<string, (context: RunContext) => Promise<Told>>;

/** What a test gives a daemon beyond its configuration. */
export interface DaemonWorld {
  /** The log's content; it outlives a daemon. */
  readonly store?: MemoryStore;
  readonly hook?: ReturnType<typeof toldChannel>;
  readonly sights?: Sights;
  readonly parts?: Partial<Omit<DaemonParts<unknown>, 'engine'>>;
}

/** A daemon with the real engine over told probes, a told channel and a log in memory. */
export async function runDaemon(
  loaded: LoadedConfiguration,
  { store = new MemoryStore(), hook = toldChannel(), sights = new Map(), parts = {} }: DaemonWorld = {},
) {
  const events = new Heard<DaemonEvent>();
  const log = memoryLog({ engine: engine.version, store });
  const kind = toldKind(
    (service, context) => sights.get(service as string)?.(context) ?? Promise.resolve({ facts: {} }),
  );
  let daemon: Daemon;
  try {
    daemon = await startDaemon({
      clock: REAL_CLOCK,
      engine,
      log,
      loaded,
      probeKinds: new Map([
        ['http', kind],
        ['heartbeat', kind],
      ]),
      channelKinds: new Map([['webhook', hook.kind]]),
      resolver: { resolve: () => Promise.reject(new Error('nobody asks')) },
      askAnchor: () => Promise.resolve(true),
      sha256,
      listener: events.hear,
      impact: () => ({ kind: 'unavailable', message: 'not asked' }),
      limits: { drainMs: 500, outbox: { retryMs: [20] }, commits: { batchMs: 20 } },
      ...parts,
    });
  } catch (thrown) {
    await log[Symbol.asyncDispose]();
    throw thrown;
  }
  return {
    daemon,
    view: daemon.view,
    events,
    hook,
    sights,
    store,
    async [Symbol.asyncDispose]() {
      await daemon[Symbol.asyncDispose]();
      await log[Symbol.asyncDispose]();
    },
  };
}
