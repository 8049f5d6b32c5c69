import type { Diagnostic } from '../../model/configuration.ts';

/** Which findings appeared, went, and stayed, between two configurations. */
export interface ChangedFindings {
  readonly added: readonly Diagnostic[];
  readonly gone: readonly Diagnostic[];
  readonly stayed: number;
}

/**
 * A finding is the same where its code and subject are, and for a circle its path: texts and lines move. Of several
 * alike only as many are new as there are more of them now.
 */
export function changedFindings(before: readonly Diagnostic[], now: readonly Diagnostic[]): ChangedFindings {
  const added = without(now, before);
  return { added, gone: without(before, now), stayed: now.length - added.length };
}

function without(all: readonly Diagnostic[], known: readonly Diagnostic[]): readonly Diagnostic[] {
  const left = new Map<string, number>();
  for (const finding of known) left.set(identity(finding), (left.get(identity(finding)) ?? 0) + 1);
  return all.filter((finding) => {
    const alike = left.get(identity(finding)) ?? 0;
    if (alike > 0) left.set(identity(finding), alike - 1);
    return alike === 0;
  });
}

function identity({ code, subject, path = [] }: Diagnostic): string {
  const isCircle = code === 'graph/cycle' || code === 'recovery/black-start';
  return [code, subject, ...(isCircle ? path : [])].join(' ');
}
