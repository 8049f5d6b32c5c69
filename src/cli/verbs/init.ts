/*
 * tocsin init [FILE] [--owner TEAM] [--target URL] [--page ADDRESS]
 *
 *   tocsin init                       three questions, then ./tocsin.yaml
 *   tocsin init --owner sre --target https://pay.example/health --page sre@example.com
 *
 * Writes one file that is not there yet; never over one. Asks only at a terminal; elsewhere what is not given is
 * taken from the examples. Exit 0 · 2: the answers make no valid file, or it cannot be written.
 */
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { checkConfigurationText } from '../../app/check-configuration.ts';
import { renderFindings } from '../../app/load.ts';
import { starter, STARTER_QUESTIONS } from '../../app/starter.ts';
import type { StarterAnswers } from '../../app/starter.ts';
import { writeNewFile } from '../../app/write-new-file.ts';
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
      const text = starter(await answers(given));
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

async function answers(given: Partial<StarterAnswers>): Promise<StarterAnswers> {
  const isAsked = process.stdin.isTTY && process.stdout.isTTY;
  const found: Partial<Record<keyof StarterAnswers, string>> = { ...given };
  for (const { key, question, usual } of STARTER_QUESTIONS) {
    found[key] ??= isAsked ? await ask(`${question} [${usual}] `, usual) : usual;
  }
  return found as StarterAnswers;
}

function ask(question: string, usual: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  return new Promise((answered) => {
    lines.once('close', () => answered(usual));
    lines.question(question, (answer) => {
      answered(answer.trim() === '' ? usual : answer.trim());
      lines.close();
    });
  });
}
