import type { IncidentRecord } from './incident-record.ts';
import type { IncidentReport } from './incident-report.ts';
import { durationWords } from './duration-words.ts';

/** Longer than this from the first failure to somebody being told is worth a question. */
const SLOW_PAGE_MS = 300_000;
const SLOW_ACKNOWLEDGE_MS = 900_000;

/** What the log cannot answer and a review should. */
export function openQuestions(
  report: Omit<IncidentReport, 'openQuestions'>,
  { configuration, last }: IncidentRecord,
): readonly string[] {
  const { times, tookMs, root, recovery, impact, changedBefore } = report;
  const questions: string[] = [];
  const unannounced = changedBefore.filter(({ announced }) => !announced);
  if (unannounced.length > 0)
    questions.push('Who made the change that nobody announced, and why did those who depend on it not hear of it?');
  if (times.pagedAt === null && report.severity === 'critical') questions.push('Why was nobody paged?');
  if (tookMs.toPage !== null && tookMs.toPage > SLOW_PAGE_MS)
    questions.push(`Why did it take ${durationWords(tookMs.toPage)} from the first failure to the page?`);
  if (times.pagedAt !== null && times.acknowledgedBy === null)
    questions.push('Nobody acknowledged the page: did it reach anybody?');
  if (tookMs.toAcknowledge !== null && tookMs.toAcknowledge > SLOW_ACKNOWLEDGE_MS)
    questions.push(`Why did it take ${durationWords(tookMs.toAcknowledge)} to acknowledge the page?`);
  if (root.inferred) questions.push(`${root.id} was inferred, not seen: which probe would have seen it?`);
  if (!root.verified) questions.push('The cause was not verified in time: which of its dependencies cannot be asked?');
  if (recovery.length > 0 && recovery.every(({ state }) => state === 'blocked'))
    questions.push('Every declared way out was blocked: what would have worked?');
  if (recovery.length === 0 && root.kind === 'service')
    questions.push(`No way out is declared for ${root.id}: how was it mended, and should that be declared?`);
  for (const { name, drilled, state } of recovery)
    if (drilled === null && state !== 'blocked')
      questions.push(`The way out "${name}" was never drilled: does it work?`);
  const probed = new Set(
    configuration.probes.flatMap(({ proves }) => [...proves.reach, ...proves.read, ...proves.write]),
  );
  const unseen = impact
    .filter(({ capability }) => !probed.has(capability as never))
    .map(({ capability }) => capability);
  if (unseen.length > 0) questions.push(`Nobody looks at ${unseen.join(', ')}: was it really hit?`);
  if (last.state === 'resolved') questions.push('Was it worth waking somebody? Label it: real, false or no-action.');
  return questions;
}
