import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Heap } from '../../src/daemon/heap.ts';

interface Item {
  readonly key: number;
  position: number;
}

it('a heap gives what was pushed and not removed, smallest first', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer(), fc.boolean())), (pushed) => {
      const heap = new Heap<Item>((a, b) => a.key < b.key);
      const items = pushed.map(([key]) => ({ key, position: -1 }));
      for (const item of items) heap.push(item);
      const kept = items.filter((_, index) => pushed[index]![1]);
      for (const item of items) if (!kept.includes(item)) heap.remove(item);
      const out: number[] = [];
      for (let item = heap.pop(); item !== undefined; item = heap.pop()) out.push(item.key);
      expect(out).toEqual(kept.map((item) => item.key).sort((a, b) => a - b));
      expect(items.every((item) => item.position === -1)).toBe(true);
    }),
  );
});

it('removing twice, or what was never in, changes nothing', () => {
  const heap = new Heap<Item>((a, b) => a.key < b.key);
  const item = { key: 1, position: -1 };
  heap.remove(item);
  heap.push(item);
  heap.remove(item);
  heap.remove(item);
  expect(heap.size).toBe(0);
});
