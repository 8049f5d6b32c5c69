/*
 * tocsin schema
 *
 *   tocsin schema > tocsin.schema.json
 *
 * Reads only. The configuration language as JSON Schema (draft 2020-12), for editors. Exit 0.
 */
import type { Command } from 'commander';
import { schema } from '../../app/reference.ts';
import { printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

export function schemaVerb(program: Command, terminal: Terminal): void {
  program
    .command('schema')
    .description('print the JSON Schema of the configuration, for editors')
    .action(() => printJson(terminal, schema()));
}
