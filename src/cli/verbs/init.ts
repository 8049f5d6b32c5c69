/*
 * tocsin init [FILE] [--owner TEAM] [--target URL] [--page ADDRESS]
 *
 *   tocsin init                       three questions, then ./tocsin.yaml
 *   tocsin init --owner sre --target https://pay.example/health --page sre@example.com
 *
 * Writes one file that is not there yet; never over one. Asks only at a terminal; elsewhere what is not given is
 * taken from the examples. Exit 0 · 2: the answers make no valid file, or it cannot be written · 130: Ctrl-C, with
 * nothing written.
 */
import type { Command } from 'commander';
import { checkConfigurationText } from '../../app/check-configuration.ts';
import { renderFindings } from '../../app/load.ts';
import { starter, STARTER_QUESTIONS } from '../../app/starter.ts';
import type { StarterAnswers } from '../../app/starter.ts';
import { refuseOldFile, writeNewFile } from '../../app/write-new-file.ts';
import { askInTurn } from '../ask-in-turn.ts';
import type { Question } from '../ask-in-turn.ts';
import { Exit } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

export function initVerb(program: Command, terminal: Terminal): void {
  program
    .command('init')
    .argument('[file]', 'what to write', 'tocsin.yaml')
    .description('write a commented configuration to begin with')
    .option('--owner <team>', 'the team that owns it')
    .option('--target <url>', 'what to watch first')
    .option('--page <address>', 'where pages go: a mail address, or a URL')
    .action(async (file: string, given: Partial<StarterAnswers>) => {
      refuseOldFile(file);
      const text = starter(await answers(given, terminal));
      const { findings, sources } = await checkConfigurationText(file, text, terminal.env);
      const errors = findings.filter(({ severity }) => severity === 'error');
      if (errors.length > 0) {
        terminal.err(`${renderFindings(errors, sources, terminal)}\n\nnothing was written\n`);
        throw new Exit(2);
      }
      await writeNewFile(file, text);
      terminal.out(`${file} is written; next: tocsin check -c ${file}, then tocsin run -c ${file}\n`);
    });
}

/** What no option says is asked at a terminal, and elsewhere taken from the examples. */
async function answers(given: Partial<StarterAnswers>, terminal: Terminal): Promise<StarterAnswers> {
  const open = STARTER_QUESTIONS.filter(({ key }) => given[key] === undefined);
  const isAsked = process.stdin.isTTY && process.stdout.isTTY;
  const said = isAsked ? await asked(open, terminal) : open.map(({ usual }) => usual);
  return { ...given, ...Object.fromEntries(open.map(({ key }, at) => [key, said[at]])) } as StarterAnswers;
}

async function asked(open: readonly Question[], terminal: Terminal): Promise<readonly string[]> {
  const answered = await askInTurn(open, { input: process.stdin, output: process.stdout });
  if (answered.kind === 'answers') return answered.answers;
  terminal.err('\nnothing was written\n');
  throw new Exit(answered.kind === 'interrupted' ? 130 : 2);
}
