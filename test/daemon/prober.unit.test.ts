import { describe, expect, it } from 'vitest';
import type { DaemonEvent } from '../../src/ports/telemetry.ts';
import type { NameResolver, RunContext } from '../../src/ports/probe-kind.ts';
import type { ArmedProbe } from '../../src/daemon/armed-probe.ts';
import { targetOf } from '../../src/daemon/armed-probe.ts';
import { FactsBook } from '../../src/daemon/facts-book.ts';
import { LoopDelay } from '../../src/daemon/loop-delay.ts';
import { RemoteClocks } from '../../src/daemon/remote-clocks.ts';
import { StartPace } from '../../src/daemon/start-pace.ts';
import { Prober } from '../../src/daemon/prober.ts';
import type { RunRequest } from '../../src/daemon/prober.ts';
import { WakeUps } from '../../src/daemon/wake-ups.ts';
import { Heard, sha256 } from './support/heard.ts';
import { judgeTold, toldKind, untilAborted } from './support/kinds.ts';
import type { Told } from './support/kinds.ts';
import { makeProbe } from './support/makers.ts';

const NO_NAMES: NameResolver = { resolve: () => Promise.reject(new Error('nobody asks')) };
const REQUEST: Omit<RunRequest, 'signal'> = {
  cause: 'schedule',
  timeoutMs: undefined,
  memory: null,
  nextDueAt: undefined,
};

/** `measuring` our own event loop; otherwise it counts as quick, however busy this machine is. */
function world({ measuring = false, wall = (): number => Date.now() } = {}) {
  const events = new Heard<DaemonEvent>();
  const monotonic = (): number => performance.now();
  const deadlines = new WakeUps(monotonic, () => {});
  const loopDelay = new LoopDelay(monotonic);
  const facts = new FactsBook(sha256);
  const now = (): number => Date.now();
  const clocks = new RemoteClocks(wall, monotonic);
  const prober = new Prober({
    now,
    monotonic,
    deadlines,
    loopDelay: measuring ? loopDelay : { longestSince: () => 0 },
    clocks,
    pace: new StartPace(deadlines),
    resolver: NO_NAMES,
    facts,
    emit: events.hear,
  });
  const arm = (
    run: (options: unknown, context: RunContext) => Promise<Told>,
    judge?: Parameters<typeof toldKind>[1],
  ): ArmedProbe => ({
    probe: makeProbe('a', { timeoutMs: 200 }),
    kind: toldKind(run, judge),
    options: { secret: 1 },
    assertions: [],
    guard: () => ({ allowed: true }),
    target: 'a:1',
  });
  const run = (armed: ArmedProbe, more: Partial<RunRequest> = {}) =>
    prober.run(armed, { ...REQUEST, signal: new AbortController().signal, ...more });
  return {
    events,
    prober,
    arm,
    run,
    [Symbol.dispose]() {
      deadlines[Symbol.dispose]();
      loopDelay[Symbol.dispose]();
    },
  };
}

describe('a run', () => {
  it('is given its options, its memory, its deadline and the guard', async () => {
    using w = world();
    let seen: { options: unknown; memory: unknown; timeoutMs: number } | undefined;
    const armed = w.arm(async (options, { memory, timeoutMs }) => {
      seen = { options, memory, timeoutMs };
      return { facts: {} };
    });
    await w.run(armed, { memory: 'from before', timeoutMs: 150 });
    expect(seen).toEqual({ options: { secret: 1 }, memory: 'from before', timeoutMs: 150 });
  });

  it('leaves something for the next one only when it passes', async () => {
    using w = world();
    const leaving = (failed?: 'http.5xx') =>
      w.arm(async (_options, context) => {
        context.remember('checkpoint');
        return { facts: {}, ...(failed === undefined ? {} : { failed }) };
      });
    expect((await w.run(leaving())).memory).toEqual({ value: 'checkpoint' });
    expect((await w.run(leaving('http.5xx'))).memory).toBeUndefined();
  });

  it('that was asked to leave its target in peace tells the next ones, failed as it is', async () => {
    using w = world();
    const seen: (number | undefined)[] = [];
    const until = Date.now() + 60_000;
    const armed = w.arm(async (_options, { restUntil, rest }) => {
      seen.push(restUntil);
      if (restUntil === undefined) rest?.(until);
      else rest?.(0);
      return { facts: {}, failed: 'quota.rate_limited' };
    });
    for (let each = 0; each < 3; each++) await w.run(armed);
    expect(seen).toEqual([undefined, until, undefined]);
  });

  it('that heeds its deadline says itself what it saw by then', async () => {
    using w = world();
    const armed = w.arm((_options, { signal }) =>
      untilAborted(signal, () => ({ facts: {}, failed: 'connect.timeout' })),
    );
    const { observation } = await w.run(armed);
    expect(observation).toMatchObject({ outcome: 'fail', class: 'connect.timeout', against: ['s.up'] });
    expect(w.prober.abandoned).toBe(0);
  });

  it('that ignores its deadline is abandoned, and counted until it ends', async () => {
    using w = world();
    const { promise, resolve } = Promise.withResolvers<Told>();
    const { observation } = await w.run(w.arm(() => promise));
    expect(observation).toMatchObject({ outcome: 'fail', class: 'latency.timeout', against: ['s.up'] });
    expect(observation.steps).toMatchObject([{ name: 'answer', outcome: 'fail' }]);
    expect(w.prober.abandoned).toBe(1);
    expect(w.events.all).toMatchObject([{ kind: 'problem', where: 'probe s/a' }]);
    resolve({ facts: {} });
    await promise;
    await new Promise((next) => setImmediate(next));
    expect(w.prober.abandoned).toBe(0);
  });

  it('that is not wanted any more ends early', async () => {
    using w = world();
    const gone = new AbortController();
    const armed = {
      ...w.arm((_o, { signal }) => untilAborted(signal, () => ({ facts: {} }))),
      probe: makeProbe('a', { timeoutMs: 3_600_000 }),
    };
    const run = w.run(armed, { signal: gone.signal });
    gone.abort();
    expect((await run).observation.outcome).toBe('pass');
  });

  it.each([
    ['running', world().arm(() => Promise.reject(new Error('a bug')))],
    [
      'running, at once',
      world().arm(() => {
        throw new Error('a bug');
      }),
    ],
    [
      'judging',
      world().arm(
        async () => ({ facts: {} }),
        () => {
          throw new Error('a bug');
        },
      ),
    ],
  ])('whose kind throws while %s is unknown, and a problem of ours', async (_rule, armed) => {
    using w = world();
    const { observation } = await w.run(armed);
    expect(observation).toMatchObject({ outcome: 'unknown', class: 'probe.misconfigured', proven: [], against: [] });
    expect(observation.message).toContain('a bug');
    expect(w.events.all).toMatchObject([{ kind: 'problem' }]);
  });
});

describe('while our own event loop stands still', () => {
  const blocking = (ms: number, failed?: 'http.5xx') => async (): Promise<Told> => {
    const until = performance.now() + ms;
    while (performance.now() < until);
    return { facts: {}, ...(failed === undefined ? {} : { failed }) };
  };

  it('for more than a quarter of the timeout, a failure is unknown', async () => {
    using w = world({ measuring: true });
    const { observation } = await w.run(w.arm(blocking(150, 'http.5xx')));
    expect(observation).toMatchObject({ outcome: 'unknown', class: 'probe.event_loop' });
    expect(observation.measured).toMatchObject({ ownFault: { class: 'probe.event_loop' }, failed: 'http.5xx' });
  });

  it('a pass stays a pass', async () => {
    using w = world({ measuring: true });
    expect((await w.run(w.arm(blocking(150)))).observation.outcome).toBe('pass');
  });

  it('for less than that, a failure stays a failure', async () => {
    using w = world({ measuring: true });
    const armed = w.arm(blocking(100, 'http.5xx'));
    const { observation } = await w.run({ ...armed, probe: makeProbe('a', { timeoutMs: 60_000 }) });
    expect(observation).toMatchObject({ outcome: 'fail', class: 'http.5xx' });
  });
});

describe('while our own clock is off', () => {
  const AHEAD_MS = 400 * 86_400_000;
  /** Three hosts that all say it is another time than we think. */
  const askThree =
    (told: Omit<Told, 'facts'>) =>
    async (_options: unknown, { heardDate }: RunContext): Promise<Told> => {
      for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) heardDate?.(address, Date.now() - AHEAD_MS);
      return { ...told, facts: {} };
    };

  it('a certificate that seems expired is no failure of its target', async () => {
    using w = world();
    const { observation } = await w.run(w.arm(askThree({ failed: 'tls.expired' })));
    expect(observation).toMatchObject({ outcome: 'unknown', class: 'probe.clock_skew', against: [] });
    expect(observation.message).toBe(
      `this host's clock is ${AHEAD_MS / 1000} s ahead, by the Date headers of 3 of 3 hosts; it saw: told to fail as tls.expired`,
    );
  });

  it('a failure that no clock has a part in stays one', async () => {
    using w = world();
    const { observation } = await w.run(w.arm(askThree({ failed: 'http.5xx' })));
    expect(observation).toMatchObject({ outcome: 'fail', class: 'http.5xx' });
  });

  it('certificates that seem to end soon are no warnings', async () => {
    using w = world();
    const expiring = { class: 'tls.expiring' as const, message: 'in 3 days' };
    const armed = w.arm(askThree({}), (seen) => ({ ...judgeTold(seen), warnings: [expiring] }));
    expect((await w.run(armed)).observation).toMatchObject({ outcome: 'pass', warnings: [] });
  });

  it('or was set during the run, the same holds of that run alone', async () => {
    let wall = Date.now();
    using w = world({ wall: () => wall });
    const armed = w.arm(async () => {
      wall += 3_600_000;
      return { facts: {}, failed: 'tls.expired' };
    });
    expect((await w.run(armed)).observation).toMatchObject({ outcome: 'unknown', class: 'probe.clock' });
    const after = w.arm(async () => ({ facts: {}, failed: 'tls.expired' }));
    expect((await w.run(after)).observation).toMatchObject({ outcome: 'fail', class: 'tls.expired' });
  });
});

describe('what is kept of a run', () => {
  const measured: Told = {
    facts: { version: '1', addresses: ['a', 'b'] },
    status: 200,
    body: 'x'.repeat(500),
    list: [1],
    address: '127.0.0.1',
  };

  it('is everything when its facts changed, and all but long texts that change with every run when nothing did', async () => {
    using w = world();
    const bodies = ['x', 'x', 'y', 'z', 'z'].map((text) => text.repeat(500));
    const armed = w.arm(async () => ({ ...measured, facts: { ...measured.facts }, body: bodies.shift() }));
    const first = (await w.run(armed)).observation;
    expect(first.measured).toMatchObject({ status: 200, body: measured['body'], list: [1] });
    expect(first.steps).toHaveLength(1);
    const second = (await w.run(armed)).observation;
    expect(second.measured).toEqual({ facts: {}, status: 200, body: measured['body'], list: [1] });
    const third = (await w.run(armed)).observation;
    expect(third.measured?.['body'], 'what was steady is kept when it changes').toBe('y'.repeat(500));
    const fourth = (await w.run(armed)).observation;
    expect(fourth.measured).toEqual({ facts: {}, status: 200, list: [1], omitted: ['/body'] });
    const fifth = (await w.run(armed)).observation;
    expect(fifth.measured?.['body'], 'steady again').toBe('z'.repeat(500));
    expect(second.steps).toBeUndefined();
    expect(second.address).toBe('127.0.0.1');
    expect(second.facts, 'equal facts are one object').toBe(first.facts);
  });

  it('is everything when it failed or warned', async () => {
    using w = world();
    const warning = { class: 'tls.expiring' as const, message: 'in 3 days' };
    const armed = w.arm(
      async () => measured,
      (seen) => ({ ...judgeTold(seen), warnings: [warning], evidence: { note: 'kept' } }),
    );
    await w.run(armed);
    expect((await w.run(armed)).observation).toMatchObject({ measured: { list: [1] }, evidence: { note: 'kept' } });
  });

  it('has the same hash for the same facts in another order', async () => {
    using w = world();
    const first = await w.run(w.arm(async () => ({ facts: { a: 1, b: ['x'] } })));
    using other = world();
    const second = await other.run(other.arm(async () => ({ facts: { b: ['x'], a: 1 } })));
    expect(second.observation.factsHash).toBe(first.observation.factsHash);
    expect(first.observation.factsHash).toBe(sha256('{"a":1,"b":["x"]}'));
  });
});

it.each([
  ['host and port of its URL', { url: 'http://rekor.example:3000/api' }, 'rekor.example:3000'],
  ['host and scheme where the URL has no port', { url: 'https://rekor.example/' }, 'rekor.example:https:'],
  ['host and port of its options', { host: '10.0.0.1', port: 22 }, '10.0.0.1:22'],
  ['itself where the options name none', {}, 's/a'],
])('the target of a probe is %s', (_rule, options, target) => {
  expect(targetOf(makeProbe('a', { options }))).toBe(target);
});
