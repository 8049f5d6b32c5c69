import type { LogMaintenance } from '../log/open-log.ts';
import type { IncidentView } from '../model/view.ts';
import type { LoadedConfiguration } from '../ports/loaded.ts';

const EVERY_MS = 3_600_000;
/** History this long before and after an incident is kept with it. */
const AROUND_MS = 1_800_000;

/** What retention looks at, each time anew: a reload may change how long things are kept. */
export interface RetentionParts {
  readonly log: LogMaintenance;
  readonly settings: () => LoadedConfiguration['log'];
  readonly incidents: () => readonly IncidentView[];
  readonly now: () => number;
  readonly problem: (message: string) => void;
}

/** Prunes the log every hour, in slices and never on the probe path; what lies around incidents stays longer. */
export function keepPruned(parts: RetentionParts): Disposable {
  const timer = setInterval(() => {
    parts.log
      .prune(retentionAt(parts))
      .catch((error: unknown) => parts.problem(error instanceof Error ? error.message : String(error)));
  }, EVERY_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** What may go at a moment, and which windows stay. */
export function retentionAt({
  settings,
  incidents,
  now,
}: Omit<RetentionParts, 'log' | 'problem'>): Parameters<LogMaintenance['prune']>[0] {
  const { keepMs, keepIncidents } = settings();
  const oldest = keepIncidents === 'forever' ? -Infinity : now() - keepIncidents;
  const keep = incidents().flatMap(({ incident }) => {
    const to = incident.resolvedAt === null ? now() : Date.parse(incident.resolvedAt);
    return to < oldest ? [] : [{ from: Date.parse(incident.startedAt) - AROUND_MS, to: to + AROUND_MS }];
  });
  return { before: now() - keepMs, keep, ...(keepIncidents === 'forever' ? {} : { decisionsBefore: oldest }) };
}
