import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Lanes } from '../../src/daemon/lanes.ts';
import type { Ticket } from '../../src/daemon/lanes.ts';

const LIMITS = { total: 5, perTarget: 2 };

it('lanes never exceed their limits, never let a free one wait, and serve one target in order', () => {
  const step = fc.oneof(fc.record({ enter: fc.constantFrom('a', 'b', 'c', 'd') }), fc.record({ leave: fc.nat(20) }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const lanes = new Lanes(LIMITS);
      const tickets: Ticket[] = [];
      const started: number[] = [];
      for (const each of steps) {
        if ('enter' in each) {
          const number = tickets.length;
          tickets.push(lanes.enter(each.enter, () => started.push(number)));
        } else {
          const ticket = tickets[each.leave];
          if (ticket !== undefined) lanes.leave(ticket);
        }
        const running = tickets.filter((ticket) => ticket.state === 'running');
        const of = (target: string): number => running.filter((ticket) => ticket.target === target).length;
        expect(lanes.running).toBe(running.length);
        expect(running.length).toBeLessThanOrEqual(LIMITS.total);
        for (const waiting of tickets.filter((ticket) => ticket.state === 'waiting'))
          expect(running.length === LIMITS.total || of(waiting.target) === LIMITS.perTarget).toBe(true);
      }
      for (const target of ['a', 'b', 'c', 'd']) {
        const order = started.filter((number) => tickets[number]!.target === target);
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }
    }),
  );
});
