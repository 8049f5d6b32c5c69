/*
 * tocsin stats [--from T] [--to T] [--objective PERCENT] [--data DIR | --window FILE] [--config PATH…] [--json]
 *
 *   tocsin stats --from 30d
 *   tocsin stats --from 30d --objective 99.9
 *
 * Reads only, also beside a running daemon. Pages a week and how many of them people labelled false, time to page and
 * to acknowledge by service, availability by capability with what is left of an error budget, the flappiest probes.
 * Exit 0 · 2: nothing to count.
 */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { figuresOf } from '../../app/replay/figures-of.ts';
import { durationWords } from '../../core/report/duration-words.ts';
import { figuresJson } from '../../app/figures-json.ts';
import type { Figures } from '../../core/stats/figures.ts';
import { historyOf, withHistory } from '../history-options.ts';
import type { HistoryOptions } from '../history-options.ts';
import { moment } from '../options.ts';
import { table } from '../table.ts';
import { paint, printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

interface Options extends HistoryOptions {
  readonly from?: number;
  readonly to?: number;
  readonly objective?: number;
  readonly json?: boolean;
}

export function statsVerb(program: Command, terminal: Terminal): void {
  withHistory(program.command('stats'))
    .description('pages, times to page and to acknowledge, availability, flappiest probes')
    .option('--from <time>', 'from this moment on: ISO 8601, or 30d for thirty days ago', moment)
    .option('--to <time>', 'up to this moment', moment)
    .option('--objective <percent>', 'what capabilities should reach for which the configuration says nothing', percent)
    .option('--json', 'as JSON')
    .action(async (options: Options) => {
      await using history = await historyOf(options, terminal);
      const { from, to, objective } = options;
      const figures = await figuresOf(history, {
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...(objective === undefined ? {} : { objective }),
      });
      if (options.json === true) printJson(terminal, figuresJson(figures));
      else show(terminal, figures);
    });
}

function percent(text: string): number {
  const value = Number(text.replace(/%$/, ''));
  if (!(value > 0 && value < 100)) throw new InvalidArgumentError('write it like 99.9');
  return value / 100;
}

function show(terminal: Terminal, figures: Figures): void {
  const { from, to, pages, pagesPerWeek, labelled, falseShare, services, capabilities, flappiest } = figures;
  const perWeek = pagesPerWeek === null ? '' : `, ${String(pagesPerWeek)} a week`;
  const heading = (text: string): void => terminal.out(`\n${paint(terminal, 'dim', text)}\n`);
  const took = (ms: number | null): string => (ms === null ? '–' : durationWords(ms));
  const share = (value: number | null): string => (value === null ? '–' : `${(value * 100).toFixed(3)} %`);
  terminal.out(
    `${from === null || to === null ? 'nothing yet' : `${new Date(from).toISOString()} to ${new Date(to).toISOString()}`}\n`,
  );
  terminal.out(
    `${String(pages)} ${pages === 1 ? 'page' : 'pages'}${perWeek}; labelled: ${String(labelled.real)} real, ${String(labelled.false)} false, ${String(labelled['no-action'])} no action${falseShare === null ? '' : ` (${share(falseShare)} false)`}\n`,
  );
  if (services.length > 0) {
    heading('median by service');
    terminal.out(
      table(
        services.map((s) => [
          s.service,
          `${String(s.pages)} ${s.pages === 1 ? 'page' : 'pages'}`,
          `paged after ${took(s.toPageMs)}`,
          `acknowledged after ${took(s.toAcknowledgeMs)}`,
        ]),
        terminal.columns,
      ),
    );
  }
  heading('availability');
  terminal.out(
    table(
      capabilities.map((c) => [
        c.capability,
        share(c.availability),
        c.downMs === 0 ? '' : `down ${durationWords(c.downMs)}`,
        c.objective === null ? '' : `budget left ${share(c.budgetLeft)} of ${share(c.objective)}`,
      ]),
      terminal.columns,
    ),
  );
  if (flappiest.length === 0) return;
  heading('turned most often');
  terminal.out(
    table(
      flappiest.map((p) => [
        p.probe,
        `${String(p.turns)} turns`,
        `${String(p.failures)} of ${String(p.runs)} runs failed`,
      ]),
      terminal.columns,
    ),
  );
}
