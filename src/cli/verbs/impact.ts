/*
 * tocsin impact CAPABILITY… [--after 10m] [--mode wrong] [--json]
 *
 *   tocsin impact rekor.append
 *   tocsin impact kv.read kv.write --mode wrong
 *
 * Reads only. If these failed: who is down, degraded, at risk until when, who is untouched, who is told, and
 * which ways out work. Exit 0 · 2: bad configuration or an unknown capability.
 */
import { Option } from 'commander';
import type { Command } from 'commander';
import { answerImpact } from '../../core/impact/answer-impact.ts';
import { MODES } from '../../model/failure.ts';
import type { Mode } from '../../model/failure.ts';
import type { CapabilityId } from '../../model/ids.ts';
import type { ImpactItem, ImpactView } from '../../model/view.ts';

import { fullName } from '../full-name.ts';
import { durationMs, validConfiguration, withConfig } from '../options.ts';
import type { ConfigOption } from '../options.ts';
import { stateWord } from '../state-words.ts';
import { table } from '../table.ts';
import { Exit, paint, printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

interface Options extends ConfigOption {
  readonly after?: number;
  readonly mode?: Mode;
  readonly json?: boolean;
}

export function impactVerb(program: Command, terminal: Terminal): void {
  withConfig(program.command('impact').argument('<capability...>', 'what fails: service.capability'))
    .description('if these failed: who is hit, who is not, who is told, what helps')
    .option('--after <duration>', 'so long after the failure (caches run out)', durationMs)
    .addOption(new Option('--mode <mode>', 'how it fails').choices(MODES))
    .option('--json', 'the answer as JSON')
    .action(async (capabilities: string[], options: Options) => {
      const configuration = await validConfiguration(options, terminal);
      const names = capabilities.map((name) => fullName(name, configuration.capabilities));
      const answer = answerImpact(
        { configuration, states: new Map(), now: Date.now() },
        {
          capabilities: names,
          ...(options.mode === undefined ? {} : { mode: options.mode }),
          ...(options.after === undefined ? {} : { afterMs: options.after }),
        },
      );
      if ('kind' in answer) {
        terminal.err(`${answer.message}\n`);
        throw new Exit(2);
      }
      if (options.json === true) printJson(terminal, answer);
      else show(terminal, names, answer);
    });
}

function show(terminal: Terminal, failing: readonly CapabilityId[], answer: ImpactView): void {
  terminal.out(`${paint(terminal, 'bold', `if ${failing.join(' and ')} failed`)}\n\n`);
  const line = (state: 'down' | 'degraded' | 'at-risk', item: ImpactItem, until?: string): string[] => [
    stateWord(terminal, state),
    item.capability,
    [until === undefined || until === '' ? '' : `until ${until}`, item.effect ?? `needs ${item.via.join(', ')}`]
      .filter((t) => t !== '')
      .join('; '),
  ];
  const rows = [
    ...answer.down.map((i) => line('down', i)),
    ...answer.degraded.map((i) => line('degraded', i)),
    ...answer.atRisk.map((i) => line('at-risk', i, i.until)),
  ];
  terminal.out(rows.length === 0 ? 'nothing else would be hit\n' : table(rows, terminal.columns));
  if (answer.unaffected.length > 0)
    terminal.out(`\n${paint(terminal, 'dim', 'not affected')}  ${wrapped(answer.unaffected, terminal.columns - 14)}\n`);
  terminal.out(
    `\n${paint(terminal, 'dim', 'told')}  ${answer.notify.map((n) => `${n.channel} (${n.event} after ${n.after})`).join(', ') || 'nobody'}\n`,
  );
  for (const way of answer.recovery) {
    const words =
      way.state === 'blocked'
        ? paint(terminal, 'red', `blocked by ${way.blockedBy.join(' → ')}`)
        : way.state === 'works'
          ? paint(terminal, 'green', 'works')
          : 'stands, as far as the graph knows';
    terminal.out(
      `${paint(terminal, 'dim', 'way out')}  ${way.name}${way.breakGlass ? ' (break-glass)' : ''}: ${words}\n`,
    );
  }
}

function wrapped(names: readonly string[], width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const name of names) {
    if (line !== '' && line.length + name.length + 2 > width) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? name : `, ${name}`;
  }
  return [...lines, line].join(`,\n${' '.repeat(14)}`);
}
