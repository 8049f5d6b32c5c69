import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { z } from 'zod';
import type { Notification } from '../model/notification.ts';
import type { ChannelKind, DeliverContext, Delivery } from '../ports/channel-kind.ts';
import { secret } from '../ports/fields.ts';
import { redacted } from './attempt/redacted.ts';

const argument = z
  .string()
  .max(4096)
  .refine((text) => !text.includes('\0'), 'an argument cannot hold a NUL character');

const program = argument.regex(
  /^(\/.+|[^/]+)$/,
  'a program is an absolute path, or a name that is looked up in /usr/local/bin:/usr/bin:/bin',
);

const schema = z.strictObject({
  command: z.tuple([program], argument),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'not a variable name'), secret()).optional(),
});

type Options = z.output<typeof schema>;

/** How a program ended. */
type Ending =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'deadline' }
  | { readonly kind: 'not-started'; readonly code: string };

/** `<sysexits.h>`: the same message would be refused again. 126 and 127 are a shell's and `env`'s "cannot run". */
const FINAL_STATUS = new Set([64, 65, 77, 78, 126, 127]);
/** Our own lack of something, which may pass; other reasons not to start a program stay. */
const PASSING_SPAWN_ERRORS = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE', 'ETXTBSY']);
const MAX_OUTPUT_BYTES = 4096;
/** How long after a program's end its children may keep its output open before they are ended, too. */
const LINGER_MS = 100;

/** Runs a program with the notification as JSON on its standard input. */
export const exec: ChannelKind<Options> = {
  name: 'exec',
  description: 'Runs a program (no shell) with the notification as JSON on its standard input.',
  example: `kind: exec
command: [/usr/local/bin/ring-the-bell, --loud]
env: { BELL_TOKEN: '\${env:BELL_TOKEN}' }
`,
  schema,
  deliver,
};

async function deliver(options: Options, notification: Notification, context: DeliverContext): Promise<Delivery> {
  const { ending, output } = await run(options, notification, context.signal);
  const secrets = Object.values(options.env ?? {});
  const words = redacted(output, secrets);
  const tried = `run ${redacted(options.command[0], secrets)}`;
  const said = words === '' ? '' : `: ${words}`;
  switch (ending.kind) {
    case 'exited':
      if (ending.code === 0) return { kind: 'delivered', ...(words === '' ? {} : { detail: words }) };
      return {
        kind: FINAL_STATUS.has(ending.code) ? 'failed' : 'retry',
        error: `${tried}: exit ${ending.code}${said}`,
      };
    case 'killed':
      return { kind: 'retry', error: `${tried}: ended by ${ending.signal}${said}` };
    case 'deadline':
      return { kind: 'retry', error: `${tried}: not done before the deadline, killed${said}` };
    case 'not-started':
      return { kind: PASSING_SPAWN_ERRORS.has(ending.code) ? 'retry' : 'failed', error: `${tried}: ${ending.code}` };
  }
}

/**
 * Runs the program in a process group of its own, so that at the deadline it is killed with everything that it
 * started; what it leaves behind holding its output is ended, too. Its output is read to the end, and its
 * first 4 KiB kept.
 */
async function run(
  { command: [file, ...args], env }: Options,
  notification: Notification,
  signal: AbortSignal,
): Promise<{ ending: Ending; output: string }> {
  if (signal.aborted) return { ending: { kind: 'deadline' }, output: '' };
  let child: ChildProcess;
  try {
    child = spawn(file, args, { cwd: '/', detached: true, env: environment(env, notification), stdio: 'pipe' });
  } catch (error) {
    return { ending: { kind: 'not-started', code: codeOf(error) }, output: '' };
  }
  const output = collect(child);
  // A program that does not read its input is free not to.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(JSON.stringify(notification));
  const ending = await ended(child, signal);
  return { ending, output: output() };
}

function ended(child: ChildProcess, signal: AbortSignal): Promise<Ending> {
  return new Promise((resolve) => {
    let ending: Ending | undefined;
    let linger: NodeJS.Timeout | undefined;
    const kill = (): void => killGroup(child);
    const deadline = (): void => {
      ending ??= { kind: 'deadline' };
      kill();
    };
    signal.addEventListener('abort', deadline, { once: true });
    child.once('error', (error) => {
      if (child.pid === undefined) finish({ kind: 'not-started', code: codeOf(error) });
    });
    child.once('exit', (code, by) => {
      ending ??= by === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'killed', signal: by };
      linger = setTimeout(() => {
        kill();
        // A child that left the group could hold the pipes for ever.
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, LINGER_MS);
    });
    child.once('close', () => finish(ending ?? { kind: 'exited', code: child.exitCode ?? 0 }));

    function finish(result: Ending): void {
      signal.removeEventListener('abort', deadline);
      clearTimeout(linger);
      resolve(result);
    }
  });
}

/** Its group has the program's process id; it may be gone already. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // No process of the group is left.
  }
}

/** Keeps the beginning of what a program says on both outputs, and lets the rest pass. */
function collect(child: ChildProcess): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const keep = (chunk: Buffer): void => {
    if (bytes < MAX_OUTPUT_BYTES) chunks.push(chunk.subarray(0, MAX_OUTPUT_BYTES - bytes));
    bytes += chunk.byteLength;
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => Buffer.concat(chunks).toString('utf8');
}

/** Nothing of the daemon's own environment, which holds its secrets. */
function environment(extra: Options['env'], { event, incident }: Notification): Record<string, string> {
  const configured = Object.entries(extra ?? {}).map(([name, value]) => [name, value.reveal()] as const);
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    ...Object.fromEntries(configured),
    TOCSIN_EVENT: event,
    TOCSIN_INCIDENT: incident?.id ?? '',
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'cannot be started';
}
