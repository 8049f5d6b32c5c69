import { describe, expect, it } from 'vitest';
import { WorkerPool } from '../../src/world/worker-pool.ts';

const never = new AbortController().signal;
const answer = (): Promise<string> => Promise.resolve('done');

describe('the worker pool', () => {
  it('runs as many tasks at once as it has workers, the others in the order they came', async () => {
    const pool = new WorkerPool(2, 10);
    const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
    const started = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
    const order: number[] = [];
    const task = (i: number): Promise<void> => {
      order.push(i);
      started[i]?.resolve();
      return gates[i]?.promise ?? Promise.resolve();
    };
    const runs = gates.map((_, i) => pool.run(() => task(i), never));
    expect([pool.busy, pool.waiting]).toEqual([2, 2]);
    gates[1]?.resolve();
    await started[2]?.promise;
    expect(order).toEqual([0, 1, 2]);
    for (const gate of gates) gate.resolve();
    await Promise.all(runs);
    expect([pool.busy, pool.waiting]).toEqual([0, 0]);
  });

  it('refuses what its queue cannot hold', async () => {
    const pool = new WorkerPool(1, 1);
    pool.fill();
    const waiting = pool.run(answer, never);
    await expect(pool.run(answer, never)).rejects.toMatchObject({ code: 'pool-full' });
    pool.release();
    expect(await waiting).toBe('done');
  });

  it('lets whoever gives up leave the queue', async () => {
    const pool = new WorkerPool(1, 1);
    pool.fill();
    const patience = new AbortController();
    const waiting = pool.run(answer, patience.signal);
    patience.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    expect(pool.waiting).toBe(0);
  });

  it('frees its worker when a task fails', async () => {
    const pool = new WorkerPool(1, 1);
    await expect(pool.run(() => Promise.reject(new Error('no')), never)).rejects.toThrow('no');
    expect(await pool.run(answer, never)).toBe('done');
  });

  it('filled, does nothing for anybody until it is released; and fills workers as they become free', async () => {
    const pool = new WorkerPool(2, 10);
    const gate = Promise.withResolvers<void>();
    const first = pool.run(() => gate.promise, never);
    pool.fill();
    const second = pool.run(answer, never);
    gate.resolve();
    await first;
    expect(pool.busy).toBe(2);
    expect(pool.filled).toBe(true);
    pool.release();
    expect(await second).toBe('done');
    expect([pool.filled, pool.busy]).toEqual([false, 0]);
  });
});
