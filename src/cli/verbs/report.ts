/*
 * tocsin report ID [--format md|html|json] [--data DIR | --window FILE] [--config PATH…]
 *
 *   tocsin report rekor-3 > rekor-3.md
 *   tocsin report rekor-3 --format html > rekor-3.html
 *
 * Reads only, also beside a running daemon. What happened, who was hit for how long, when it was seen, told and
 * mended, what changed just before, the evidence, what was held back, which ways out stood, and what to ask: to begin
 * a review with. Exit 0 · 2: the log knows no such incident.
 */
import { Option } from 'commander';
import type { Command } from 'commander';
import { REPORT_FORMATS, reportIncident } from '../../app/report/report-incident.ts';
import type { ReportFormat } from '../../app/report/report-incident.ts';
import { historyOf, withHistory } from '../history-options.ts';
import type { HistoryOptions } from '../history-options.ts';
import type { Terminal } from '../terminal.ts';

export function reportVerb(program: Command, terminal: Terminal): void {
  withHistory(program.command('report').argument('<id>', 'an incident, as rekor-3'))
    .description('everything the log says about an incident, to begin a review with')
    .addOption(
      new Option('--format <format>', 'as Markdown, one HTML file, or JSON').choices(REPORT_FORMATS).default('md'),
    )
    .option('--json', 'the same as --format json')
    .action(
      async (id: string, options: HistoryOptions & { readonly format: ReportFormat; readonly json?: boolean }) => {
        await using history = await historyOf(options, terminal);
        terminal.out(await reportIncident(history, id, options.json === true ? 'json' : options.format));
      },
    );
}
