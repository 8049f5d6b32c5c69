/*
 * tocsin ack ID · note ID TEXT… · label ID real|false|no-action · close ID   [--url URL] [--token TOKEN] [--json]
 *
 * Each changes: an operator's word, written into the log. Exit 0 · 1: refused, or no daemon there.
 */
import { Argument } from 'commander';
import type { Command } from 'commander';
import type { IncidentView } from '../../model/view.ts';
import { tell, withWhom } from '../asking.ts';
import type { WhomOptions } from '../asking.ts';
import { printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

type Answered = Pick<IncidentView, 'id' | 'state' | 'acknowledgedBy' | 'incident'>;

export function ackVerb(program: Command, terminal: Terminal): void {
  withWhom(program.command('ack').argument('<id>', 'the incident'), terminal)
    .description('you work on it: reminders and escalation stop')
    .action((id: string, options: WhomOptions) => say(terminal, options, id, 'ack', {}, 'acknowledged'));
}

export function noteVerb(program: Command, terminal: Terminal): void {
  withWhom(program.command('note').argument('<id>', 'the incident').argument('<text...>', 'what to write'), terminal)
    .description('writes into the story of an incident')
    .action((id: string, text: readonly string[], options: WhomOptions) =>
      say(terminal, options, id, 'notes', { text: text.join(' ') }, 'noted'),
    );
}

export function labelVerb(program: Command, terminal: Terminal): void {
  const label = new Argument('<label>', 'what it was').choices(['real', 'false', 'no-action']);
  withWhom(program.command('label').argument('<id>', 'the incident').addArgument(label), terminal)
    .description('says afterwards whether it was real: false pages are counted by it')
    .action((id: string, word: string, options: WhomOptions) =>
      say(terminal, options, id, 'label', { label: word }, `labelled ${word}`),
    );
}

export function closeVerb(program: Command, terminal: Terminal): void {
  withWhom(program.command('close').argument('<id>', 'the incident'), terminal)
    .description('ends it by hand; who was told hears so, and what still fails opens another')
    .action((id: string, options: WhomOptions) => say(terminal, options, id, 'close', {}, 'closed'));
}

async function say(
  terminal: Terminal,
  options: WhomOptions,
  id: string,
  what: string,
  body: object,
  done: string,
): Promise<void> {
  const route = `/incidents/${encodeURIComponent(id)}/${what}`;
  const answered = await tell<Answered>(terminal, options, { method: 'POST', route, body });
  if (options.json === true) printJson(terminal, answered);
  else terminal.out(`${answered.id} ${done}: ${answered.incident.title}\n`);
}
