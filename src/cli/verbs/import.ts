/*
 * tocsin import FORMAT PATH… [--out FILE]
 *
 *   tocsin import backstage catalog/ --out teams/shop.yaml
 *   tocsin import blackbox blackbox.yml prometheus.yml
 *   tocsin import gatus config.yaml
 *   tocsin import uptime-kuma backup.json
 *
 * Writes a draft of a team file to stdout, or to a file that is not there yet, and to stderr what could not be
 * carried over. Exit 0 · 2: nothing could be read or written.
 */
import { Argument } from 'commander';
import type { Command } from 'commander';
import { IMPORT_FORMATS, importFiles } from '../../app/import-files.ts';
import type { ImportFormat } from '../../app/import-files.ts';
import { writeNewFile } from '../../app/write-new-file.ts';
import { count } from '../options.ts';
import { Exit } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

export function importVerb(program: Command, terminal: Terminal): void {
  program
    .command('import')
    .addArgument(new Argument('<format>', 'whose configuration it is').choices(IMPORT_FORMATS))
    .argument('<path...>', 'its files and folders')
    .description("write a draft from another program's configuration")
    .option('--out <file>', 'write it there instead of to stdout; never over a file')
    .action(async (format: ImportFormat, paths: readonly string[], options: { readonly out?: string }) => {
      const result = await importFiles(format, paths);
      if (!result.ok) {
        for (const why of result.why) terminal.err(`cannot read ${why}\n`);
        throw new Exit(2);
      }
      const { yaml, services, left } = result.imported;
      if (options.out === undefined) terminal.out(yaml);
      else await writeNewFile(options.out, yaml);
      for (const { file, line, what, why } of left) terminal.err(`${file}:${String(line)}: ${what}: ${why}\n`);
      terminal.err(`${count(services, 'service')} imported, ${String(left.length)} things left out\n`);
    });
}
