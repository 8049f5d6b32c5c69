interface Queued<T> {
  readonly at: number;
  readonly order: number;
  readonly what: T;
}

/** What happens when, earliest first; of two at the same time the one that was added first. A binary heap. */
export class EventQueue<T> {
  readonly #heap: Queued<T>[] = [];
  #order = 0;

  add(at: number, what: T): void {
    const heap = this.#heap;
    const added = { at, order: this.#order++, what };
    let index = heap.length;
    heap.push(added);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, added)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = added;
  }

  /** When the next one is due; Infinity where there is none. */
  get nextAt(): number {
    return this.#heap[0]?.at ?? Infinity;
  }

  take(): { readonly at: number; readonly what: T } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      const isRight = right !== undefined && left !== undefined && isBefore(right, left);
      const below = isRight ? right : left;
      if (below === undefined || isBefore(last, below)) break;
      heap[index] = below;
      index = 2 * index + (isRight ? 2 : 1);
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(a: Queued<unknown>, b: Queued<unknown>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
