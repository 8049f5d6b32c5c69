import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { DaemonListener, Gauges } from '../ports/telemetry.ts';

const LATENESS_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30];
const APPEND_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** What tocsin counts about itself: few series, whatever the number of probes. */
export interface OwnMetrics {
  readonly listener: DaemonListener;
  /** All of it in Prometheus' text format. */
  readonly text: () => Promise<string>;
}

/** Makes the counters in a registry of their own: nothing is shared with another daemon in this process. */
export function ownMetrics(gauges: Gauges): OwnMetrics {
  const registry = new Registry();
  const registers = [registry];
  const runs = new Counter({
    name: 'tocsin_probe_runs_total',
    help: 'Probe runs by outcome and failure class (empty where there is none)',
    labelNames: ['outcome', 'class'],
    registers,
  });
  const lateness = new Histogram({
    name: 'tocsin_schedule_lateness_seconds',
    help: 'How long after its due time a run started',
    buckets: LATENESS_BUCKETS_S,
    registers,
  });
  const entries = new Counter({
    name: 'tocsin_log_entries_total',
    help: 'Entries committed to the log by kind',
    labelNames: ['kind'],
    registers,
  });
  const append = new Histogram({
    name: 'tocsin_log_append_seconds',
    help: 'How long a commit to the log took',
    buckets: APPEND_BUCKETS_S,
    registers,
  });
  const notifications = new Counter({
    name: 'tocsin_notifications_total',
    help: 'Delivery attempts by channel, event and result',
    labelNames: ['channel', 'event', 'result'],
    registers,
  });
  const reloadSuccessful = new Gauge({
    name: 'tocsin_config_last_reload_successful',
    help: 'Whether the last attempt to load the configuration succeeded',
    registers,
  });
  reloadSuccessful.set(1);
  readAtScrape(gauges, registry);
  return {
    listener: (event) => {
      switch (event.kind) {
        case 'run-started':
          return lateness.observe(Math.max(0, event.latenessMs) / 1000);
        case 'observed':
          return runs.inc({ outcome: event.observation.outcome, class: event.observation.class ?? '' });
        case 'committed':
          for (const [kind, count] of Object.entries(event.entries)) entries.inc({ kind }, count);
          return append.observe(event.ms / 1000);
        case 'delivery':
          return notifications.inc({ channel: event.channel, event: event.event, result: event.result });
        case 'reloaded':
          return reloadSuccessful.set(event.ok ? 1 : 0);
        case 'commit-failed':
        case 'decided':
        case 'undelivered':
        case 'stalled':
        case 'problem':
          return undefined;
      }
    },
    text: () => registry.metrics(),
  };
}

/** Gauges whose value lives elsewhere and is asked for when somebody looks. */
function readAtScrape(gauges: Gauges, registry: Registry): void {
  const registers = [registry];
  new Gauge({
    name: 'tocsin_incidents_open',
    help: 'Open incidents by severity',
    labelNames: ['severity'],
    registers,
    collect() {
      for (const [severity, count] of Object.entries(gauges.openIncidents())) this.set({ severity }, count);
    },
  });
  new Gauge({
    name: 'tocsin_outbox_oldest_seconds',
    help: 'Age of the oldest notification that is not delivered yet; 0 when there is none',
    registers,
    collect() {
      this.set(gauges.outboxOldestSeconds());
    },
  });
  new Gauge({
    name: 'tocsin_config_info',
    help: 'The configuration in force, by its hash',
    labelNames: ['hash'],
    registers,
    collect() {
      this.reset();
      this.set({ hash: gauges.configHash() }, 1);
    },
  });
}
