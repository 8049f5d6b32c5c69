import type { IncidentReport } from '../../core/report/incident-report.ts';
import { iso } from './report-words.ts';

const IS_TIME = /(?:^at|At)$/;

/** A report as JSON: the same, with times in ISO 8601. */
export function renderJson(report: IncidentReport): string {
  const text = (key: string, value: unknown): unknown =>
    IS_TIME.test(key) && typeof value === 'number' ? iso(value) : value;
  return `${JSON.stringify(report, text, 2)}\n`;
}
