import { spawn } from 'node:child_process';
import path from 'node:path';

/** The checkout under test. */
export const checkout = path.resolve(import.meta.dirname, '../..');

/** What a program printed and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end, or to its deadline.
 *
 * @throws where it cannot be started
 */
export function runToEnd(
  program: string,
  options: readonly string[],
  { cwd, timeoutMs = 20_000, env = process.env }: { cwd: string; timeoutMs?: number; env?: NodeJS.ProcessEnv },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, options, { cwd, env, timeout: timeoutMs, stdio: ['ignore', 'pipe', 'pipe'] });
    const out = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (out.stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...out }));
  });
}
