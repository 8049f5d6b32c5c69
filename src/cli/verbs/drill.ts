/*
 * tocsin drill CAPABILITY… [--class C] [--send] [--json]
 *
 *   tocsin drill rekor.append
 *   tocsin drill kv.read kv.write --class auth.unauthorized
 *   tocsin drill rekor.append --send
 *
 * Plays the failure through the real engine and routes on a simulated clock, and prints every message with its time,
 * channel and text. `--send` also sends them, marked as a drill. Exit 0 · 1: nobody would be paged, or a message
 * could not be delivered · 2: bad configuration or an unknown capability.
 */
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { allKinds, NO_SCREEN } from '../../app/kinds.ts';
import { load, renderMessage } from '../../app/load.ts';
import { sendDrill } from '../../app/send-drill.ts';
import type { DrillDelivery } from '../../app/send-drill.ts';
import { drill } from '../../core/drill/drill.ts';
import type { DrillMessage, DrillView } from '../../core/drill/drill.ts';
import { FAILURE_CLASSES } from '../../model/failure.ts';
import type { FailureClass } from '../../model/failure.ts';
import { fullName } from '../full-name.ts';
import { count, pathsOf, refuse, withConfig } from '../options.ts';
import type { ConfigOption } from '../options.ts';
import { table } from '../table.ts';
import { Exit, paint, printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

interface Options extends ConfigOption {
  readonly class: FailureClass;
  readonly send?: boolean;
  readonly json?: boolean;
}

export function drillVerb(program: Command, terminal: Terminal): void {
  withConfig(program.command('drill').argument('<capability...>', 'what fails: service.capability'))
    .description('play a failure on a simulated clock: who would be told what, and when')
    .addOption(
      new Option('--class <class>', 'how it fails: a failure class, as http.5xx')
        .argParser(failureClass)
        .default('connect.refused'),
    )
    .option('--send', 'send the messages too, marked as a drill')
    .option('--json', 'the messages as JSON')
    .action(async (capabilities: string[], options: Options) => {
      const result = await load(pathsOf(options, terminal), allKinds(NO_SCREEN), terminal.env);
      if (!result.ok) refuse(terminal, result.diagnostics, result.sources);
      const { configuration } = result.loaded;
      const names = capabilities.map((name) => fullName(name, configuration.capabilities));
      const view = drill(configuration, { capabilities: names, class: options.class, now: Date.now() });
      if ('kind' in view) {
        terminal.err(`${view.message}\n`);
        throw new Exit(2);
      }
      const sent = options.send === true ? await sendDrill(result.loaded, view.messages) : [];
      if (options.json === true) printJson(terminal, { ...view, ...(options.send === true ? { sent } : {}) });
      else show(terminal, `${names.join(' and ')} failing as ${options.class}`, view, sent);
      if (!view.paged || sent.some((s) => s.result !== 'delivered')) throw new Exit(1);
    });
}

function failureClass(text: string): FailureClass {
  const found = FAILURE_CLASSES.find((known) => known === text);
  if (found === undefined)
    throw new InvalidArgumentError('one of the failure classes, as connect.refused, http.5xx or identity.key_mismatch');
  return found;
}

function show(terminal: Terminal, what: string, view: DrillView, sent: readonly DrillDelivery[]): void {
  terminal.out(`${paint(terminal, 'bold', `drill: ${what}`)}\n`);
  terminal.out(
    `every probe had just run, so these are the latest times\nall works again after ${timeOf(view.endsAfterMs)}\n`,
  );
  for (const { message, channels } of together(view.messages)) {
    const { event } = message.notification;
    const colour = event === 'page' ? 'red' : event === 'resolve' ? 'green' : 'yellow';
    terminal.out(
      `\n${paint(terminal, 'bold', `+${timeOf(message.afterMs)}`)}  ${paint(terminal, colour, event)} by ${channels.join(', ')}\n\n`,
    );
    terminal.out(
      indented(renderMessage(message.notification, { columns: terminal.columns - 4, colour: terminal.colour })),
    );
  }
  for (const { channel, event, result, detail } of sent)
    terminal.out(`\nsent ${event} by ${channel}: ${result}${detail === '' ? '' : `, ${detail}`}`);
  if (sent.length > 0) terminal.out('\n');
  terminal.out('\n');
  if (view.paged) {
    const pages = view.messages.filter((m) => m.notification.event === 'page');
    terminal.out(
      `${count(pages.length, 'page')}, the first after ${timeOf(Math.min(...pages.map((p) => p.afterMs)))}; ${count(view.messages.length, 'message')} in all\n`,
    );
    return;
  }
  terminal.out(`${paint(terminal, 'red', 'NOBODY WOULD BE PAGED')}\n`);
  terminal.out(
    table(
      view.because.map((reason) => ['  because', reason]),
      Number.MAX_SAFE_INTEGER,
    ),
  );
}

/** One message went to several channels: it is shown once. */
function together(
  messages: readonly DrillMessage[],
): readonly { readonly message: DrillMessage; readonly channels: readonly string[] }[] {
  const groups = new Map<string, { message: DrillMessage; channels: string[] }>();
  for (const message of messages) {
    const { incident, sequence } = message.notification;
    const key = `${incident?.id ?? ''} ${String(sequence)}`;
    const group = groups.get(key) ?? { message, channels: [] };
    group.channels.push(message.channel);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gmu, '    ');
}

/** `41 s`, `2 min 5 s`, `1 h 10 min`: the two largest units. */
function timeOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${String(seconds)} s`;
  const [large, small, unit, lesser] =
    seconds < 3600
      ? [Math.floor(seconds / 60), seconds % 60, 'min', 's']
      : [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), 'h', 'min'];
  return `${String(large)} ${unit}${small === 0 ? '' : ` ${String(small)} ${lesser}`}`;
}
