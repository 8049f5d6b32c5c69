import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ChannelId } from '../../src/model/ids.ts';
import type { NotificationEvent } from '../../src/model/notification.ts';
import { ChannelQueue, newJob } from '../../src/daemon/channel-queue.ts';
import type { Job } from '../../src/daemon/channel-queue.ts';
import { makeItem } from './support/makers.ts';

const LIMITS = { concurrency: 3, updateEveryMs: 15_000 };
const EVENTS: readonly NotificationEvent[] = ['page', 'ticket', 'notice', 'update', 'resolve', 'test'];

const step = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    event: fc.constantFrom(...EVENTS),
    incident: fc.constantFrom('a', 'b', 'c', 'd'),
  }),
  fc.record({ kind: fc.constant('take' as const) }),
  fc.record({ kind: fc.constant('done' as const), which: fc.nat(5) }),
  fc.record({ kind: fc.constant('retry' as const), which: fc.nat(5), afterMs: fc.nat(60_000) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(30_000) }),
);

/** Plays steps against a queue, then empties it; gives what left it, and how. */
function play(steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[]) {
  const queue = new ChannelQueue(LIMITS);
  const flying: Job[] = [];
  const delivered: Job[] = [];
  const superseded: Job[] = [];
  const taken: { job: Job; at: number }[] = [];
  const put: Job[] = [];
  let now = 0;
  const take = (): void => {
    const job = queue.take(now);
    if (job === undefined) return;
    flying.push(job);
    taken.push({ job, at: now });
  };
  const done = (which: number): void => {
    const [job] = flying.splice(which % Math.max(1, flying.length), 1);
    if (job === undefined) return;
    queue.done(job);
    delivered.push(job);
  };
  for (const each of steps) {
    switch (each.kind) {
      case 'put': {
        const job = newJob(makeItem(each.event, each.incident, put.length, { at: 0 }), 'hook' as ChannelId);
        put.push(job);
        superseded.push(...queue.put(job));
        break;
      }
      case 'take':
        take();
        break;
      case 'done':
        done(each.which);
        break;
      case 'retry': {
        const [job] = flying.splice(each.which % Math.max(1, flying.length), 1);
        if (job !== undefined && !queue.retry(job, now + each.afterMs)) superseded.push(job);
        break;
      }
      case 'wait':
        now += each.ms;
        break;
    }
    const incidents = flying.map((job) => job.item.effect.incident);
    expect(new Set(incidents).size).toBe(incidents.length);
    expect(flying.length).toBeLessThanOrEqual(LIMITS.concurrency);
  }
  while (flying.length > 0) done(0);
  while (!queue.empty) {
    const at = queue.wakeAt();
    expect(at).toBeLessThan(Infinity);
    now = Math.max(now, at);
    take();
    expect(flying.length).toBe(1);
    done(0);
  }
  return { put, delivered, superseded, taken };
}

const eventOf = (job: Job): NotificationEvent => job.item.effect.notification.event;

it('every message leaves the queue exactly once, delivered or superseded', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { put, delivered, superseded } = play(steps);
      const left = [...delivered, ...superseded].map((job) => job.item.n).sort((a, b) => a - b);
      expect(left).toEqual(put.map((job) => job.item.n));
    }),
  );
});

it('messages of one incident are delivered in the order in which they were put', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { delivered } = play(steps);
      for (const incident of ['a', 'b', 'c', 'd']) {
        const order = delivered.filter((job) => job.item.effect.incident === incident).map((job) => job.item.n);
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }
    }),
  );
});

it('a resolve is never superseded, and nothing but an update is superseded by less than a resolve', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { put, superseded } = play(steps);
      for (const job of superseded) {
        expect(eventOf(job)).not.toBe('resolve');
        const newer = put.filter((n) => n.item.effect.incident === job.item.effect.incident && n.item.n > job.item.n);
        expect(newer.some((n) => eventOf(n) === 'resolve' || eventOf(job) === 'update')).toBe(true);
      }
    }),
  );
});

it('two updates on one channel are never begun within fifteen seconds', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const updates = play(steps).taken.filter(({ job }) => eventOf(job) === 'update');
      for (let index = 1; index < updates.length; index++)
        expect(updates[index]!.at - updates[index - 1]!.at).toBeGreaterThanOrEqual(LIMITS.updateEveryMs);
    }),
  );
});

it('a pace is kept, and its last quarter is for pages and resolves', () => {
  const queue = new ChannelQueue({ concurrency: 10, updateEveryMs: 0 }, { attempts: 4, perMs: 1000 });
  const put = (event: NotificationEvent, incident: string): void => {
    queue.put(newJob(makeItem(event, incident, 1), 'hook' as ChannelId));
  };
  for (const incident of ['a', 'b', 'c', 'd']) put('ticket', incident);
  expect([0, 1, 2, 3].map((now) => queue.take(now)?.item.effect.incident)).toEqual(['a', 'b', 'c', undefined]);
  expect(queue.wakeAt()).toBe(1000);
  put('page', 'e');
  put('page', 'f');
  expect(queue.take(4)?.item.effect.incident).toBe('e');
  expect(queue.take(999)).toBeUndefined();
  expect(queue.take(1000)?.item.effect.incident).toBe('f');
  expect(queue.take(1001)).toBeUndefined();
  expect(queue.wakeAt()).toBe(1002);
});
