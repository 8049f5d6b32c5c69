/*
 * tocsin demo [--no-prompt]
 *
 *   npm start         the world and the daemon
 *   npm run demo      the same, with a prompt to break things
 *
 * A small world on loopback (a Rekor, a registry, a key-value store, a signing service, a pipeline), the daemon
 * watching it, pages printed here. Changes only ./data. Exit 0 · 2: a port or the data folder cannot be had.
 */
import type { Command } from 'commander';
import { demo } from '../demo.ts';
import type { Terminal } from '../terminal.ts';

export function demoVerb(program: Command, terminal: Terminal): void {
  program
    .command('demo')
    .description('watch a small world on loopback, and break it')
    .option('--no-prompt', 'no prompt: for running it in the background')
    .option('--data <dir>', 'the data folder', 'data')
    .action(async (options: { readonly prompt: boolean; readonly data: string }) => {
      await demo(terminal, { prompt: options.prompt && process.stdin.isTTY, dataFolder: options.data });
    });
}
