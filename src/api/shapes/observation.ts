import type { RunCause } from '../../model/run.ts';
import type { StoredObservation } from '../../ports/daemon-view.ts';
import type { ObservationSummary } from '../../ports/log.ts';
import { instant } from '../instant.ts';
import { arrayOf, COUNT, INSTANT, MILLISECONDS, named, object, TEXT } from '../json-schema.ts';
import type { FromSchema } from '../json-schema.ts';

/** One run of a probe, as it was judged. Fields that hold nothing are left out. */
export const ObservationShape = named(
  'Observation',
  object(
    {
      n: { ...COUNT, description: 'the entry of the log that holds it' },
      at: INSTANT,
      probe: TEXT,
      location: TEXT,
      cause: {
        type: 'string',
        enum: ['schedule', 'confirm', 'verify', 'recover', 'manual', 'pushed'] satisfies RunCause[],
      },
      outcome: { type: 'string', enum: ['pass', 'fail', 'unknown'] },
      class: TEXT,
      message: TEXT,
      startedAt: INSTANT,
      durationMs: MILLISECONDS,
      phases: object(
        {
          dns: MILLISECONDS,
          connect: MILLISECONDS,
          tls: MILLISECONDS,
          firstByte: MILLISECONDS,
          transfer: MILLISECONDS,
        },
        ['dns', 'connect', 'tls', 'firstByte', 'transfer'],
      ),
      measured: { type: 'object' },
      evidence: { type: 'object' },
      warnings: arrayOf(object({ class: TEXT, message: TEXT })),
      facts: { type: 'object' },
    },
    ['class', 'message', 'phases', 'measured', 'evidence', 'warnings'],
  ),
);

/** A run, as it is sent. */
export type ObservationBody = FromSchema<typeof ObservationShape>;

export function observationBody(stored: StoredObservation): ObservationBody {
  const { n, at, probe, location, cause, outcome, message, startedAt, endedAt } = stored;
  const { phases, measured, evidence, warnings, facts } = stored;
  return {
    n,
    at: instant(at),
    probe,
    location,
    cause,
    outcome,
    ...(stored.class === undefined ? {} : { class: stored.class }),
    ...(message === undefined ? {} : { message }),
    startedAt: instant(startedAt),
    durationMs: endedAt - startedAt,
    ...(phases === undefined ? {} : { phases }),
    ...(measured === undefined ? {} : { measured }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(warnings.length === 0 ? {} : { warnings }),
    facts,
  };
}

const NULLABLE_MILLISECONDS = { ...MILLISECONDS, type: ['number', 'null'] } as const;

/** One step of time: how many runs, and how long they took. */
export const SummaryShape = named(
  'ObservationSummary',
  object({
    from: INSTANT,
    to: INSTANT,
    runs: COUNT,
    failures: COUNT,
    unknown: COUNT,
    p50Ms: NULLABLE_MILLISECONDS,
    p95Ms: NULLABLE_MILLISECONDS,
  }),
);

/** A step of time, as it is sent. */
export type SummaryBody = FromSchema<typeof SummaryShape>;

export function summaryBody({ from, to, ...counted }: ObservationSummary): SummaryBody {
  return { from: instant(from), to: instant(to), ...counted };
}
