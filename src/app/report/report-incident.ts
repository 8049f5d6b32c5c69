import { reportOf } from '../../core/report/incident-report.ts';
import type { IncidentId } from '../../model/ids.ts';
import type { History } from '../replay/history.ts';
import { collectIncident } from './collect-incident.ts';
import { renderHtml } from './render-html.ts';
import { renderJson } from './render-json.ts';
import { renderMarkdown } from './render-markdown.ts';

/** What a report can be written as. */
export const REPORT_FORMATS = ['md', 'html', 'json'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** A report about an incident of a history. Rejects with ReplayError `no-incident`. */
export async function reportIncident(history: History, id: string, format: ReportFormat): Promise<string> {
  const report = reportOf(await collectIncident(history, id as IncidentId));
  switch (format) {
    case 'md':
      return renderMarkdown(report);
    case 'html':
      return renderHtml(report);
    case 'json':
      return renderJson(report);
  }
}
