/** Something a heap can hold: the heap keeps its own place in `position`, −1 while it is in none. */
export interface HeapItem {
  position: number;
}

/** A binary heap whose items can also be taken out of the middle. Push, pop and remove are O(log n). */
export class Heap<Item extends HeapItem> {
  readonly #items: Item[] = [];
  readonly #before: (a: Item, b: Item) => boolean;

  /** `before(a, b)`: whether `a` must come out before `b`; a strict order. */
  constructor(before: (a: Item, b: Item) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The first item, left where it is. */
  peek(): Item | undefined {
    return this.#items[0];
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  pop(): Item | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Takes an item out; does nothing when it is not in. */
  remove(item: Item): void {
    const hole = item.position;
    if (this.#items[hole] !== item) return;
    item.position = -1;
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#sink(last, hole);
    this.#rise(last, last.position);
  }

  #rise(item: Item, start: number): void {
    let at = start;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#items[above];
      if (parent === undefined || !this.#before(item, parent)) break;
      this.#set(parent, at);
      at = above;
    }
    this.#set(item, at);
  }

  #sink(item: Item, start: number): void {
    let at = start;
    for (;;) {
      const left = this.#items[2 * at + 1];
      if (left === undefined) break;
      const right = this.#items[2 * at + 2];
      const child = right !== undefined && this.#before(right, left) ? right : left;
      if (!this.#before(child, item)) break;
      const next = child.position;
      this.#set(child, at);
      at = next;
    }
    this.#set(item, at);
  }

  #set(item: Item, at: number): void {
    this.#items[at] = item;
    item.position = at;
  }
}
