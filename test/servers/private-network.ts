import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { missing } from './programs.ts';

const run = promisify(execFile);

/**
 * A network namespace tied to ours by two lines. One can be cut: from then on packets on it are lost, for whoever is
 * inside and for nobody else.
 */
export interface PrivateNetwork extends AsyncDisposable {
  /** The words to put before a program, so that it runs inside. */
  readonly enter: readonly string[];
  /** Our address over the line that can be cut. */
  readonly overCuttable: string;
  /** Our address over the other line, and that of whoever is inside. */
  readonly overKept: string;
  readonly inside: string;
  readonly cut: () => Promise<void>;
  readonly mend: () => Promise<void>;
}

/** Why there can be none here, said once on stderr so that a skipped test has its reason beside it. */
export function noPrivateNetwork(): boolean {
  if (missing('ip').length > 0) return true;
  if (process.platform === 'linux' && process.getuid?.() === 0) return false;
  process.stderr.write('skipped: only root on Linux may make network namespaces\n');
  return true;
}

/**
 * Makes one, with addresses from the block for benchmarks (RFC 2544), which no real network uses; the process id
 * keeps two that are made at the same time apart.
 */
export async function makePrivateNetwork(): Promise<PrivateNetwork> {
  const { pid } = process;
  const space = `tocsin-${pid}`;
  const [cuttable, kept] = [`tc${pid}`, `tk${pid}`];
  const address = (line: 18 | 19, end: 1 | 2): string => `198.${line}.${(pid >> 6) & 255}.${(pid & 63) * 4 + end}`;
  await using stack = new AsyncDisposableStack();
  await ip('netns', 'add', space);
  // Its lines go with it.
  stack.defer(() => ip('netns', 'delete', space));
  await ip('-n', space, 'link', 'set', 'lo', 'up');
  for (const [name, line] of [[cuttable, 18] as const, [kept, 19] as const]) {
    await ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'inner', 'netns', space);
    await ip('-n', space, 'link', 'set', 'inner', 'name', name);
    await ip('address', 'add', `${address(line, 1)}/30`, 'dev', name);
    await ip('-n', space, 'address', 'add', `${address(line, 2)}/30`, 'dev', name);
    await ip('link', 'set', name, 'up');
    await ip('-n', space, 'link', 'set', name, 'up');
  }
  const owned = stack.move();
  return {
    enter: ['ip', 'netns', 'exec', space],
    overCuttable: address(18, 1),
    overKept: address(19, 1),
    inside: address(19, 2),
    cut: () => ip('link', 'set', cuttable, 'down'),
    mend: () => ip('link', 'set', cuttable, 'up'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function ip(...words: readonly string[]): Promise<void> {
  await run('ip', words, { timeout: 10_000 });
}
