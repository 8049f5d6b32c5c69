import { spawn, type ChildProcess } from 'node:child_process';
import type { RunContext } from '../../ports/probe-kind.ts';
import { onAbort } from '../net/deadline.ts';
import { codeOf, wasCalledOff } from '../net/stopped.ts';

/** What is started, without a shell: `args` reach the program as they are. */
export interface Program {
  /** Absolute path, or a name that is looked up in the environment's `PATH`. */
  readonly file: string;
  readonly args: readonly string[];
  /** All of its environment. Nothing of the daemon's own is passed on: it holds secrets. */
  readonly env: Readonly<Record<string, string>>;
}

/** How a program ended. */
export type Ending =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: string }
  /** Killed by us, with everything that it had started. */
  | { readonly kind: 'deadline' }
  | { readonly kind: 'called-off' }
  | { readonly kind: 'flooded' }
  | { readonly kind: 'not-started'; readonly code: string };

/** What a program did. Both outputs are cut at `MAX_KEPT` bytes. */
export interface Ran {
  readonly ending: Ending;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** What every program finds in its environment beside its own. */
export const MINIMAL_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
};

/** Kept of each output. */
export const MAX_KEPT = 32 * 1024;
/** A program that says more than this on one output is ended. */
const MAX_OUTPUT = 1_048_576;
/** How long after its end what it started may keep its outputs open. */
const LINGER_MS = 100;

/**
 * Runs a program in a session and process group of its own. At the deadline, and in any case when it has ended, the
 * whole group is killed, so that nothing it started outlives the run. Never throws for what the program does.
 */
export async function runProgram(program: Program, context: Pick<RunContext, 'signal' | 'monotonic'>): Promise<Ran> {
  const began = context.monotonic();
  const ran = (ending: Ending, stdout = '', stderr = ''): Ran => ({
    ending,
    stdout,
    stderr,
    ms: Math.round((context.monotonic() - began) * 10) / 10,
  });
  if (context.signal.aborted) return ran(abortedBy(context.signal));
  let child: ChildProcess;
  try {
    child = spawn(program.file, program.args, {
      cwd: '/',
      detached: true,
      env: { ...program.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
  } catch (error) {
    return ran({ kind: 'not-started', code: codeOf(error) || 'cannot be started' });
  }
  const outputs = [collect(child.stdout), collect(child.stderr)] as const;
  const ending = await endingOf(child, context.signal);
  return ran(ending, outputs[0](), outputs[1]());
}

function endingOf(child: ChildProcess, signal: AbortSignal): Promise<Ending> {
  return new Promise((resolve) => {
    let ending: Ending | undefined;
    let linger: NodeJS.Timeout | undefined;
    const end = (as: Ending): void => {
      ending ??= as;
      killGroup(child);
    };
    const offAbort = onAbort(signal, () => end(abortedBy(signal)));
    const finish = (result: Ending): void => {
      offAbort();
      clearTimeout(linger);
      resolve(result);
    };
    for (const output of [child.stdout, child.stderr]) {
      let bytes = 0;
      output?.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_OUTPUT) end({ kind: 'flooded' });
      });
    }
    child.once('error', (error) => {
      if (child.pid === undefined) finish({ kind: 'not-started', code: codeOf(error) || 'cannot be started' });
    });
    child.once('exit', (code, by) => {
      ending ??= by === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'killed', signal: by };
      killGroup(child);
      // What left the group could hold the pipes for ever.
      linger = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, LINGER_MS);
    });
    child.once('close', () => finish(ending ?? { kind: 'exited', code: child.exitCode ?? 0 }));
  });
}

function abortedBy(signal: AbortSignal): Ending {
  return { kind: wasCalledOff(signal) ? 'called-off' : 'deadline' };
}

/** The group has the program's process id; nobody of it may be left. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody was left.
  }
}

function collect(output: ChildProcess['stdout']): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  output?.on('data', (chunk: Buffer) => {
    if (bytes < MAX_KEPT) chunks.push(chunk.subarray(0, MAX_KEPT - bytes));
    bytes += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
