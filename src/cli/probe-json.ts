import type { ProbedOnce } from '../app/probe-once.ts';

/** A run as `probe --json` prints it: contracts of the command line. */
export function probeJson({ probe, judged, measured, startedAt, durationMs }: ProbedOnce): Record<string, unknown> {
  return {
    probe,
    outcome: judged.outcome,
    class: judged.class ?? null,
    message: judged.message ?? null,
    startedAt: new Date(startedAt).toISOString(),
    durationMs,
    phases: measured.phases ?? {},
    address: measured.address ?? null,
    steps: judged.steps,
    facts: measured.facts,
    warnings: judged.warnings,
    evidence: judged.evidence ?? {},
  };
}
