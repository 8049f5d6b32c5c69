import { OPEN, operation } from '../operation.ts';
import { problem } from '../problem.ts';

export const readMetrics = operation({
  method: 'GET',
  path: '/metrics',
  summary: "Metrics in Prometheus' text format",
  access: OPEN,
  success: { status: 200, mediaType: 'text/plain' },
  answer: async ({ metrics }) => {
    if (metrics === undefined) return problem('not-found', 'metrics are switched off: telemetry.metrics is false');
    return { kind: 'text', ...(await metrics()) };
  },
});
