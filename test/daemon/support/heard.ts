import { createHash } from 'node:crypto';
import type { Sha256 } from '../../../src/model/ids.ts';
import type { Clock } from '../../../src/ports/clock.ts';

/** The machine's clock. */
export const REAL_CLOCK: Clock = { wall: () => Date.now(), monotonic: () => performance.now() };

/** A clock that stands still until it is told otherwise. */
export class HeldClock implements Clock {
  #wall: number;
  #monotonic = 1000;

  constructor(wall: number) {
    this.#wall = wall;
  }

  readonly wall = (): number => this.#wall;
  readonly monotonic = (): number => this.#monotonic;

  /** Time passes, for both. */
  pass(ms: number): void {
    this.#wall += ms;
    this.#monotonic += ms;
  }

  /** Somebody sets the wall clock. */
  step(ms: number): void {
    this.#wall += ms;
  }
}

export function sha256(text: string): Sha256 {
  return createHash('sha256').update(text).digest('hex') as Sha256;
}

/** Things that were heard, in order; tests wait for them instead of for time. */
export class Heard<Thing> {
  readonly all: Thing[] = [];
  readonly #waiting = new Set<() => void>();

  readonly hear = (thing: Thing): void => {
    this.all.push(thing);
    for (const look of this.#waiting) look();
  };

  /** The first thing like this, now or later. */
  until<Found extends Thing>(like: (thing: Thing) => thing is Found): Promise<Found>;
  until(like: (thing: Thing) => boolean): Promise<Thing>;
  until(like: (thing: Thing) => boolean): Promise<Thing> {
    return this.untilCount(1, like).then((found) => found[0] as Thing);
  }

  /** The first `count` things like this, now or later. */
  untilCount(count: number, like: (thing: Thing) => boolean = () => true): Promise<readonly Thing[]> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.all.filter(like);
        if (found.length < count) return;
        this.#waiting.delete(look);
        resolve(found.slice(0, count));
      };
      this.#waiting.add(look);
      look();
    });
  }
}
