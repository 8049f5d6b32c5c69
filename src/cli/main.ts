import { Command } from 'commander';
import { version } from '../app/version.ts';

/* To be replaced by the real command line: only `--version` and `--help` so far. */
await new Command('tocsin')
  .description('rings when something that you depend on breaks')
  .version(version())
  .parseAsync();
