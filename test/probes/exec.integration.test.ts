import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { exec } from '../../src/probes/exec.ts';
import { probe, runContext, type ContextWishes } from './run-context.ts';

type Protocol = 'exit' | 'nagios' | 'json';

/** A program written on the spot; the shell is the program, not ours. */
const script = (text: string, protocol: Protocol = 'exit', wishes: ContextWishes & { env?: object } = {}) =>
  probe(exec, { command: ['/bin/sh', '-c', text], protocol, ...(wishes.env && { env: wishes.env }) }, wishes);

describe('the exit protocol', () => {
  test('passes exit 0', async () => {
    expect((await script('exit 0')).judgement).toMatchObject({ outcome: 'pass', steps: [{ outcome: 'pass' }] });
  });

  test.each([1, 2, 127, 255])('fails exit %i and says what the program said', async (code) => {
    const { judgement, measured } = await script(`echo no luck >&2; exit ${code}`);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'semantic.exit_status' });
    expect(judgement.message).toBe(`run /bin/sh: exit ${code}: no luck`);
    expect(measured.ownFault).toBeUndefined();
  });
});

describe('the Nagios protocol', () => {
  test.each<[string, number, string, string | undefined, number]>([
    ['OK', 0, 'pass', undefined, 0],
    ['WARNING', 1, 'pass', undefined, 1],
    ['CRITICAL', 2, 'fail', 'semantic.exit_status', 0],
    ['UNKNOWN', 3, 'unknown', 'probe.misconfigured', 0],
    ['a state that Nagios has not', 4, 'unknown', 'probe.misconfigured', 0],
  ])('%s', async (state, code, outcome, expected, warnings) => {
    const { judgement, measured } = await script(`echo "${state} - so it is"; exit ${code}`, 'nagios');
    expect([judgement.outcome, judgement.class, judgement.warnings.length]).toEqual([outcome, expected, warnings]);
    expect(measured.ownFault?.class).toBe(outcome === 'unknown' ? expected : undefined);
  });

  test('gives assertions the performance data', async () => {
    const { judgement } = await script(`echo "OK - fine | time=0.25s;1;2 'disk a'=80%;;;0;100"`, 'nagios');
    expect(judgement.variables?.['json']).toEqual({ time: 0.25, 'disk a': 80 });
  });
});

describe('the JSON protocol', () => {
  test.each<[string, string, number, string, string | undefined]>([
    ['passes what passed', '{"outcome":"pass"}', 0, 'pass', undefined],
    ['fails what failed', '{"outcome":"fail","message":"m"}', 0, 'fail', 'semantic.exit_status'],
    ['fails by the class given', '{"outcome":"fail","class":"quota.storage_full"}', 0, 'fail', 'quota.storage_full'],
    ['knows that it does not know', '{"outcome":"unknown"}', 0, 'unknown', 'probe.misconfigured'],
    ['believes no report of a program that failed', '{"outcome":"pass"}', 1, 'fail', 'semantic.exit_status'],
    ['refuses what is no report', 'fine', 0, 'fail', 'protocol.malformed'],
    ['refuses silence', '', 0, 'fail', 'protocol.malformed'],
    ['refuses a class that is none', '{"outcome":"fail","class":"bad.luck"}', 0, 'fail', 'protocol.malformed'],
    ['lets no target be our fault', '{"outcome":"fail","class":"probe.clock"}', 0, 'fail', 'protocol.malformed'],
  ])('%s', async (_rule, output, code, outcome, expected) => {
    const { judgement } = await script(`printf %s '${output}'; exit ${code}`, 'json');
    expect([judgement.outcome, judgement.class]).toEqual([outcome, expected]);
  });

  test('takes facts and gives assertions the whole report', async () => {
    const { judgement, measured } = await script(`echo '{"outcome":"pass","facts":{"version":"1.2"},"age":5}'`, 'json');
    expect(measured.facts).toEqual({ version: '1.2' });
    expect(judgement.variables?.['json']).toMatchObject({ age: 5 });
  });
});

describe('a program', () => {
  test('row 54: that is not there leaves us not knowing', async () => {
    const { measured } = await probe(exec, { command: ['/nowhere/at/all'] });
    expect(measured.ownFault).toMatchObject({ class: 'probe.misconfigured' });
  });

  test('that is killed by somebody leaves us not knowing', async () => {
    const { measured } = await script('kill -KILL $$');
    expect(measured.ownFault).toMatchObject({ class: 'probe.resources' });
  });

  test('gets its arguments as they are: there is no shell', async () => {
    const { measured } = await probe(exec, { command: ['/usr/bin/printf', '%s', '$(id); `id` | cat > /dev/null'] });
    expect(measured.stdout).toBe('$(id); `id` | cat > /dev/null');
  });

  test('gets nothing of our environment, and what it is given comes back masked', async () => {
    process.env['TOCSIN_TEST_OF_EXEC'] = 'leaked';
    const { measured } = await script('env', 'exit', { env: { CHECK_TOKEN: 'hush-hush' } });
    delete process.env['TOCSIN_TEST_OF_EXEC'];
    const names = measured.stdout.split('\n').map((line) => line.split('=')[0]);
    // A shell adds these by itself.
    expect(new Set(names.filter((name) => !['PWD', '_', 'SHLVL', ''].includes(name ?? '')))).toEqual(
      new Set(['CHECK_TOKEN', 'LANG', 'PATH']),
    );
    expect(measured.stdout).toContain('CHECK_TOKEN=<secret>');
    expect(JSON.stringify(measured)).not.toContain('hush-hush');
  });

  test('that reads its input finds none', async () => {
    expect((await script('cat')).judgement.outcome).toBe('pass');
  });

  test('that does not stop talking is stopped', async () => {
    const { judgement, measured } = await probe(exec, { command: ['/usr/bin/yes'] });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'protocol.too_large' });
    expect(JSON.stringify(measured).length).toBeLessThan(100_000);
  });

  test('whose report is too long is told so', async () => {
    const { judgement } = await script(`printf '{"x":"'; head -c 100000 /dev/zero | tr '\\0' x; printf '"}'`, 'json');
    expect(judgement.class).toBe('protocol.too_large');
  });

  test('that is not done in time is killed with all that it started, and that is a failure', async () => {
    await using tie = await lifeline();
    const { judgement } = await script(`${tie.child} & ${tie.child}`, 'exit', {
      signal: tie.whenHeld(2, new DOMException('deadline', 'TimeoutError')),
    });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'latency.timeout' });
    await tie.allGone;
  });

  test('that leaves children behind does not keep them', async () => {
    await using tie = await lifeline();
    tie.releaseAt(2);
    const { judgement } = await script(`${tie.child} & ${tie.waiter}`);
    expect(judgement.outcome).toBe('pass');
    await tie.allGone;
  });

  test('is called off when the monitor stops, and nobody is blamed', async () => {
    await using tie = await lifeline();
    const { measured } = await script(tie.child, 'exit', { signal: tie.whenHeld(1, new Error('the daemon stops')) });
    expect(measured.ownFault?.class).toBe('probe.resources');
    await tie.allGone;
  });

  test('is not started once the signal has fired', async () => {
    const options = exec.schema.parse({ command: ['/bin/sh', '-c', 'exit 0'] });
    const measured = await exec.run(options, runContext({ signal: AbortSignal.abort(new Error('the daemon stops')) }));
    expect(measured.ending.kind).toBe('called-off');
  });
});

/** A port that child processes hold on to: its connections end when they do. */
async function lifeline() {
  const held = new Set<Socket>();
  const server = createServer((socket) => {
    held.add(socket);
    server.emit('held');
    socket.on('error', () => undefined).on('close', () => held.delete(socket));
    socket.resume().on('close', () => server.emit('gone'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const child = `${process.execPath} -e 'require("net").connect(${port}, "127.0.0.1")'`;
  return {
    child,
    /** Like a child, but ends when it is released. */
    waiter: child.replace(/'$/, `.on("data", () => process.exit(0))'`),
    /** Releases waiters as soon as so many are connected. */
    releaseAt(count: number): void {
      server.on('held', () => {
        if (held.size === count) for (const socket of held) socket.write('.');
      });
    },
    /** A signal that fires with this reason when so many are connected. */
    whenHeld(count: number, reason: Error): AbortSignal {
      const controller = new AbortController();
      server.on('held', () => {
        if (held.size === count) controller.abort(reason);
      });
      return controller.signal;
    },
    /** Resolves when nobody is connected any more. */
    get allGone(): Promise<void> {
      return (async () => {
        while (held.size > 0) await once(server, 'gone');
      })();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of held) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
