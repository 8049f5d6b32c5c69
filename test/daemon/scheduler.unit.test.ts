import { describe, expect, it } from 'vitest';
import type { ProbeId } from '../../src/model/ids.ts';
import type { Probe } from '../../src/model/configuration.ts';
import type { ObservationFact } from '../../src/model/entry.ts';
import type { CronCalendar } from '../../src/daemon/cron-calendar.ts';
import { Lanes } from '../../src/daemon/lanes.ts';
import { Scheduler } from '../../src/daemon/scheduler.ts';
import type { StartedRun } from '../../src/daemon/scheduler.ts';
import { WakeUps } from '../../src/daemon/wake-ups.ts';
import { Heard } from './support/heard.ts';
import { every, makeObservation, makeProbe } from './support/makers.ts';

/** A calendar whose times come when the test says so. */
class HandCalendar implements CronCalendar {
  readonly due = new Map<string, () => void>();
  readonly every: CronCalendar['every'] = (expression, _timezone, due) => {
    this.due.set(expression, due);
    return { nextAt: () => 4242, lastBefore: () => null, [Symbol.dispose]: () => void this.due.delete(expression) };
  };
  readonly check = (): void => {};
}

interface Running extends StartedRun {
  readonly startedAt: number;
  /** Ends the run. */
  readonly end: (observation?: ObservationFact) => void;
}

/** A scheduler on real timers, whose runs last until the test ends them (or at once). */
function world({ hold = false, perTarget = 16 } = {}) {
  const heard = new Heard<Running>();
  const calendar = new HandCalendar();
  const failures: unknown[] = [];
  const now = (): number => Math.floor(performance.now());
  const wakeUps = new WakeUps(now, (thrown) => failures.push(thrown));
  const scheduler = new Scheduler({
    now,
    wakeUps,
    lanes: new Lanes({ total: 2000, perTarget }),
    calendar,
    run: (run) =>
      new Promise((end) => {
        heard.hear({ ...run, startedAt: now(), end });
        run.signal.addEventListener('abort', () => end(undefined));
        if (!hold) end(makeObservation({ probe: run.probe }));
      }),
  });
  const set = (probes: readonly Probe[], fresh: readonly ProbeId[] = [], target?: string): void =>
    scheduler.set(
      probes.map((probe) => ({ probe, target: target ?? probe.id })),
      new Set(fresh),
    );
  const of = (probe: Probe) => (run: Running) => run.probe === probe.id;
  return {
    scheduler,
    calendar,
    heard,
    now,
    set,
    of,
    failures,
    async [Symbol.asyncDispose]() {
      await scheduler[Symbol.asyncDispose]();
      wakeUps[Symbol.dispose]();
    },
  };
}

const SLOW = every(3_600_000);

describe('the regular schedule', () => {
  it('runs every probe in a first round, and then reports it', async () => {
    await using w = world();
    const probes = Array.from({ length: 50 }, (_, index) => makeProbe(`p${index}`, { schedule: every(300) }));
    w.set(probes);
    await w.scheduler.firstRound;
    expect(new Set(w.heard.all.map((run) => run.probe)).size).toBe(50);
    expect(w.heard.all.every((run) => run.cause === 'schedule')).toBe(true);
  });

  it('keeps its phase: runs are due whole intervals apart', async () => {
    await using w = world();
    w.set([makeProbe('a', { schedule: every(100) })]);
    // The first round has its own spread; from then on it is the phase that counts.
    const runs = (await w.heard.untilCount(6)).slice(1);
    for (const run of runs) expect((run.dueAt - runs[0]!.dueAt) % 100).toBe(0);
  });

  it('is not moved by runs out of turn', async () => {
    await using w = world();
    const probe = makeProbe('a', { schedule: every(200) });
    w.set([probe]);
    const [, second] = await w.heard.untilCount(2);
    await w.scheduler.runNow(probe.id);
    const third = await w.heard.until((run) => run.cause === 'schedule' && run.startedAt > second!.startedAt);
    expect((third.dueAt - second!.dueAt) % 200).toBe(0);
  });

  it('by cron runs in the first round and then when the calendar says so, with its next time', async () => {
    await using w = world();
    const probe = makeProbe('c', { schedule: { kind: 'cron', expression: '0 3 * * *', timezone: 'UTC' } });
    w.set([probe]);
    const first = await w.heard.until(w.of(probe));
    expect(first.nextDueAt).toBe(4242);
    w.calendar.due.get('0 3 * * *')!();
    const [, second] = await w.heard.untilCount(2);
    expect(second).toMatchObject({ cause: 'schedule', nextDueAt: 4242 });
  });
});

describe('out of turn', () => {
  it('a probe runs as soon as it is asked for, with the cause and the deadline that were asked for', async () => {
    await using w = world();
    const probe = makeProbe('a', { schedule: SLOW });
    w.set([probe]);
    await w.scheduler.firstRound;
    w.scheduler.request({ kind: 'reprobe', probe: probe.id, cause: 'verify', notBefore: w.now(), timeoutMs: 500 });
    const run = await w.heard.until((each) => each.cause === 'verify');
    expect(run.timeoutMs).toBe(500);
  });

  it('a probe does not run before it may', async () => {
    await using w = world();
    const probe = makeProbe('a', { schedule: SLOW });
    w.set([probe]);
    await w.scheduler.firstRound;
    const notBefore = w.now() + 150;
    w.scheduler.request({ kind: 'reprobe', probe: probe.id, cause: 'confirm', notBefore });
    const run = await w.heard.until((each) => each.cause === 'confirm');
    expect(run.startedAt).toBeGreaterThanOrEqual(notBefore);
  });

  it('the earliest of several wishes with one cause wins, and answers the rest', async () => {
    await using w = world();
    const probe = makeProbe('a', { schedule: SLOW });
    w.set([probe]);
    await w.scheduler.firstRound;
    const now = w.now();
    for (const later of [300, 60, 120])
      w.scheduler.request({ kind: 'reprobe', probe: probe.id, cause: 'confirm', notBefore: now + later });
    const run = await w.heard.until((each) => each.cause === 'confirm');
    expect(run.startedAt).toBeLessThan(now + 300);
    w.scheduler.request({ kind: 'reprobe', probe: probe.id, cause: 'recover', notBefore: now + 400 });
    await w.heard.until((each) => each.cause === 'recover');
    expect(w.heard.all.filter((each) => each.cause === 'confirm')).toHaveLength(1);
  });

  it('a probe never runs twice at once: what is asked for during a run happens once, after it', async () => {
    await using w = world({ hold: true });
    const probe = makeProbe('a', { schedule: SLOW });
    w.set([probe]);
    const first = await w.heard.until(w.of(probe));
    const answers = [w.scheduler.runNow(probe.id), w.scheduler.runNow(probe.id)];
    w.scheduler.request({ kind: 'reprobe', probe: probe.id, cause: 'verify', notBefore: w.now() + 1 });
    expect(w.heard.all).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    first.end();
    const [, second] = await w.heard.untilCount(2);
    const observation = makeObservation({ message: 'the second run' });
    second!.end(observation);
    expect(await Promise.all(answers)).toEqual([observation, observation]);
    w.set([]);
    expect(w.heard.all).toHaveLength(2);
  });

  it('a run that began after the wanted time is the answer: nothing more is run', async () => {
    await using w = world({ hold: true });
    const probe = makeProbe('a', { schedule: SLOW });
    w.set([probe]);
    const first = await w.heard.until(w.of(probe));
    w.scheduler.request({ kind: 'reprobe', probe: probe.id, cause: 'verify', notBefore: first.startedAt - 10 });
    first.end(makeObservation());
    const manual = w.scheduler.runNow(probe.id);
    const [, second] = await w.heard.untilCount(2);
    expect(second!.cause).toBe('manual');
    second!.end(makeObservation());
    await manual;
    expect(w.heard.all).toHaveLength(2);
  });

  it('a probe that is not on the schedule gives nothing', async () => {
    await using w = world();
    w.scheduler.request({ kind: 'reprobe', probe: 's/none' as ProbeId, cause: 'verify', notBefore: 0 });
    expect(await w.scheduler.runNow('s/none' as ProbeId)).toBeUndefined();
  });
});

describe('isolation', () => {
  it('a hundred hanging probes of one target delay nobody else', async () => {
    await using w = world({ hold: true, perTarget: 2 });
    const hanging = Array.from({ length: 100 }, (_, index) => makeProbe(`h${index}`, { schedule: every(20) }));
    const good = makeProbe('good', { schedule: every(50) });
    w.scheduler.set(
      [...hanging.map((probe) => ({ probe, target: 'dead:1' })), { probe: good, target: 'alive:1' }],
      new Set(),
    );
    for (let runs = 1; runs <= 5; runs++) {
      const seen = await w.heard.untilCount(runs, w.of(good));
      seen.at(-1)!.end(makeObservation());
    }
    expect(w.heard.all.filter((run) => run.probe !== good.id)).toHaveLength(2);
  });
});

describe('a reload', () => {
  it('runs new probes and changed ones at once, and leaves the others alone', async () => {
    await using w = world();
    const [same, changed, added] = ['same', 'changed', 'added'].map((name) => makeProbe(name, { schedule: SLOW }));
    w.set([same!, changed!]);
    await w.heard.untilCount(2);
    w.set([same!, changed!, added!], [changed!.id]);
    await w.heard.untilCount(2, w.of(changed!));
    await w.heard.until(w.of(added!));
    expect(w.heard.all.filter(w.of(same!))).toHaveLength(1);
  });

  it('aborts the run of a probe that is gone, and drops its result', async () => {
    await using w = world({ hold: true });
    const probe = makeProbe('a', { schedule: SLOW });
    w.set([probe]);
    const run = await w.heard.until(w.of(probe));
    const answer = w.scheduler.runNow(probe.id);
    w.set([]);
    expect(run.signal.aborted).toBe(true);
    expect(await answer).toBeUndefined();
    expect(w.scheduler.size).toBe(0);
  });

  it('takes a new interval without running the probe', async () => {
    await using w = world();
    const probe = makeProbe('a', { schedule: SLOW });
    w.set([probe]);
    await w.scheduler.firstRound;
    w.set([{ ...probe, schedule: every(100) }]);
    const runs = await w.heard.untilCount(3);
    expect(runs[2]!.startedAt - runs[1]!.startedAt).toBeLessThan(3_000_000);
  });
});

it('after a stall what was missed is run soon, once', async () => {
  await using w = world();
  const probe = makeProbe('a', { schedule: every(50) });
  w.set([probe]);
  await w.scheduler.firstRound;
  const begun = w.now();
  while (w.now() < begun + 200);
  w.scheduler.resume();
  const runs = await w.heard.untilCount(3);
  expect(new Set(runs.map((run) => run.startedAt)).size).toBe(3);
  expect(w.failures).toEqual([]);
});
