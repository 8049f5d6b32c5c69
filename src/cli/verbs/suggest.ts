/*
 * tocsin suggest [--data DIR] [--json]
 *
 *   tocsin suggest                            from the log that the configuration names
 *   tocsin suggest --data ./data > needs.diff to review, and to apply with `git apply needs.diff`
 *
 * Reads only: the log (also beside a running daemon) and the configuration; it applies nothing. Proposes needs that
 * the declared graph lacks and caches that did not hold, each with its reason, as a diff. Exit 0 · 2: bad
 * configuration, or no log.
 */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { checkConfiguration } from '../../app/check-configuration.ts';
import { readFailures } from '../../app/read-failures.ts';
import { editFor } from '../../core/suggest/edit-text.ts';
import type { LineEdit } from '../../core/suggest/edit-text.ts';
import { suggest } from '../../core/suggest/suggest.ts';
import type { Suggestion } from '../../core/suggest/suggest.ts';
import { count, pathsOf, refuse, withConfig } from '../options.ts';
import type { ConfigOption } from '../options.ts';
import { unifiedDiff } from '../suggest/unified-diff.ts';
import { printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

interface Options extends ConfigOption {
  readonly data?: string;
  readonly json?: boolean;
}

export function suggestVerb(program: Command, terminal: Terminal): void {
  withConfig(program.command('suggest'))
    .description('propose needs that the log speaks for, as a diff to review')
    .option('--data <folder>', "the data folder (default: the configuration's log.path)")
    .option('--json', 'the suggestions as JSON')
    .action(async (options: Options) => {
      await propose(terminal, options);
    });
}

async function propose(terminal: Terminal, options: Options): Promise<void> {
  const paths = pathsOf(options, terminal);
  const { configuration, findings, sources, logPath = './data' } = await checkConfiguration(paths, terminal.env);
  if (configuration === undefined) refuse(terminal, findings, sources);
  const folder = options.data ?? logPath;
  const memory = await readFailures(resolve(terminal.folder, folder));
  const suggestions = suggest(configuration, memory);
  const texts = new Map(sources.map(({ file, text }) => [file, text.split('\n')]));
  const lines = (file: string): readonly string[] => texts.get(file) ?? [];
  const edits = suggestions.map((suggestion) => editFor(suggestion, configuration, lines));
  if (options.json === true) {
    printJson(terminal, { observations: memory.observations, suggestions, diff: diffOf(edits, lines) });
    return;
  }
  // Text before the first `---` is commentary to patch and git alike.
  for (const [i, suggestion] of suggestions.entries())
    terminal.out(`# ${String(i + 1)}. ${sentence(suggestion)}${edits[i] === undefined ? ' (edit by hand)' : ''}\n`);
  terminal.out(diffOf(edits, lines));
  terminal.err(
    `${count(suggestions.length, 'suggestion')} from ${count(memory.observations, 'observation')} in ${folder}; nothing was changed\n`,
  );
}

function diffOf(
  edits: readonly (readonly LineEdit[] | undefined)[],
  lines: (file: string) => readonly string[],
): string {
  const all = edits.flatMap((edit) => edit ?? []);
  return [...new Set(all.map((edit) => edit.file))]
    .sort()
    .map((file) =>
      unifiedDiff(
        file,
        lines(file),
        all.filter((edit) => edit.file === file),
      ),
    )
    .join('');
}

function sentence(suggestion: Suggestion): string {
  switch (suggestion.kind) {
    case 'edge':
      return `does ${suggestion.from} need ${suggestion.to}? ${suggestion.because}`;
    case 'shared':
      return `do ${suggestion.from.join(', ')} need ${suggestion.name}? ${suggestion.because}`;
    case 'cache':
      return `does the cache hold? ${suggestion.because}`;
    default:
      return suggestion satisfies never;
  }
}
