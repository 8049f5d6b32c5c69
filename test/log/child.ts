import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { execPath } from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A process that commits to the log in a folder until it is killed, and the lines that it prints. */
export interface Child {
  readonly process: ChildProcess;
  readonly lines: AsyncIterator<string, undefined>;
  /** SIGKILL; resolves with the lines that were still unread when it is gone. */
  readonly kill: () => Promise<string[]>;
}

export function startChild(folder: string): Child {
  const file = fileURLToPath(new URL('./committing-child.ts', import.meta.url));
  const process = spawn(execPath, [file, folder], { stdio: ['ignore', 'pipe', 'inherit'], env: {} });
  if (!process.stdout) throw new Error('the child has no output');
  const lines = createInterface(process.stdout)[Symbol.asyncIterator]();
  const kill = async (): Promise<string[]> => {
    const gone = once(process, 'exit');
    process.kill('SIGKILL');
    await gone;
    const rest: string[] = [];
    for (let line = await lines.next(); !line.done; line = await lines.next()) rest.push(line.value);
    return rest;
  };
  return { process, lines, kill };
}
