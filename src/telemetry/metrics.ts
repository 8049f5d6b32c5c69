import type { ProbeId } from '../model/ids.ts';
import type { CapabilityState } from '../model/view.ts';
import type { DaemonListener, Gauges } from '../ports/telemetry.ts';
import { Exposition, labelled } from './exposition.ts';
import { LoopDelaySummary } from './loop-delay-summary.ts';
import { ownMetrics } from './own-metrics.ts';
import { ProbeSeries } from './probe-series.ts';

/** Everything that `/metrics` shows, kept up to date by listening. */
export interface Metrics extends Disposable {
  readonly listener: DaemonListener;
  /** One scrape, in Prometheus' text format. Never stops the event loop for long. */
  readonly render: () => Promise<{ readonly contentType: string; readonly body: Buffer }>;
  /** To be told of a reload: the series of probes that are not among these end. */
  readonly retainProbes: (probes: Iterable<ProbeId>) => void;
}

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const STATE_VALUES: Readonly<Record<CapabilityState, number>> = {
  up: 0,
  'at-risk': 1,
  degraded: 2,
  down: 3,
  unknown: -1,
};

/** Starts measuring. `monotonic` gives milliseconds that never run backwards. */
export function createMetrics(gauges: Gauges, monotonic: () => number): Metrics {
  const own = ownMetrics(gauges);
  const probes = new ProbeSeries();
  const loopDelay = new LoopDelaySummary(monotonic);
  return {
    listener: (event) => {
      own.listener(event);
      if (event.kind === 'observed') probes.observe(event.service, event.probeKind, event.observation);
    },
    retainProbes: (known) => probes.retain(new Set(known)),
    render: async () => {
      const ownText = await own.text();
      const out = new Exposition(monotonic);
      out.append(ownText);
      loopDelay.write(out);
      await writeCapabilities(gauges, out);
      await probes.write(out);
      return { contentType: CONTENT_TYPE, body: await out.end() };
    },
    [Symbol.dispose]: () => loopDelay[Symbol.dispose](),
  };
}

async function writeCapabilities(gauges: Gauges, out: Exposition): Promise<void> {
  const name = 'tocsin_capability_state';
  out.head(name, 'How a capability stands: 0 up, 1 at risk, 2 degraded, 3 down, -1 unknown', 'gauge');
  for (const [capability, state] of gauges.capabilities()) {
    out.sample(name, labelled({ capability }), STATE_VALUES[state]);
    if (out.exhausted) await out.breathe();
  }
}
