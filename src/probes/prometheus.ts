import type { ProbeKind } from '../ports/probe-kind.ts';
import { judgePrometheus, QUERY, REACH } from './prometheus/judge.ts';
import { measurePrometheus, type PrometheusMeasured } from './prometheus/measure.ts';
import { prometheusOptions, type PrometheusOptions } from './prometheus/options.ts';
import { NETWORK_FACTS } from './net/fact-names.ts';

/** Puts an instant query to a Prometheus and holds every value to bounds. */
export const prometheus: ProbeKind<PrometheusOptions, PrometheusMeasured> = {
  name: 'prometheus',
  description:
    'Puts an instant query to a Prometheus (or what speaks its API) and holds every value to `min` and `max`. No ' +
    'value, or one that is not a number, fails unless `absent: pass` says otherwise. Assertions see `values`, and ' +
    '`value` where there is exactly one. Shallow: a measure within bounds does not prove that the thing works.',
  example: `kind: prometheus
url: http://prometheus.example:9090
query: max(queue_oldest_message_age_seconds{queue="signing"})
expect: { max: 120 }
`,
  schema: prometheusOptions,
  traits: {
    steps: [
      { name: REACH, kind: 'reach' },
      { name: QUERY, kind: 'read' },
    ],
    facts: NETWORK_FACTS,
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: () => false,
  run: measurePrometheus,
  judge: judgePrometheus,
  variables: { value: 'double', values: 'list' },
};
