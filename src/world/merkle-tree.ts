import { createHash } from 'node:crypto';

const LEAF_PREFIX = Buffer.from([0]);
const NODE_PREFIX = Buffer.from([1]);

/** SHA-256(0x00 ‖ data): the hash of a leaf (RFC 6962, section 2.1). */
export function leafHash(data: Uint8Array): Buffer {
  return createHash('sha256').update(LEAF_PREFIX).update(data).digest();
}

/** SHA-256(0x01 ‖ left ‖ right): the hash of an inner node (RFC 6962, section 2.1). */
function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(NODE_PREFIX).update(left).update(right).digest();
}

/**
 * An append-only Merkle tree as RFC 6962 defines it, seen from the side of the log: it makes roots and
 * proofs, for its present size and for every earlier one. Hashes of complete subtrees are kept, so that
 * appending is O(1) amortised and a root or a proof O(log² n). Asking for a size or an index that the
 * tree does not have throws a `RangeError`.
 */
export class MerkleTree {
  /** `#levels[k][i]` is the hash of the complete subtree over the leaves `i·2^k … (i+1)·2^k − 1`. */
  readonly #levels: Buffer[][] = [[]];
  readonly #indexByLeaf = new Map<string, number>();

  /** A tree over these leaf hashes, in this order. */
  static of(leaves: Iterable<Buffer>): MerkleTree {
    const tree = new MerkleTree();
    for (const leaf of leaves) tree.append(leaf);
    return tree;
  }

  /** The number of leaves. */
  get size(): number {
    return this.#level(0).length;
  }

  /** Adds a leaf by its hash and returns its index. */
  append(leaf: Buffer): number {
    const index = this.size;
    const key = leaf.toString('hex');
    if (!this.#indexByLeaf.has(key)) this.#indexByLeaf.set(key, index);
    let hash = leaf;
    for (let k = 0; ; k++) {
      const level = this.#level(k);
      level.push(hash);
      if (level.length % 2 === 1) return index;
      hash = nodeHash(present(level[level.length - 2]), hash);
    }
  }

  /** The hash of the leaf at `index`. */
  leaf(index: number): Buffer {
    this.#check(index, 0, this.size - 1);
    return present(this.#level(0)[index]);
  }

  /** The hash of the complete subtree over the leaves `index·2^height … (index+1)·2^height − 1`. */
  subtree(height: number, index: number): Buffer {
    this.#check((index + 1) * 2 ** height, 1, this.size);
    return present(this.#level(height)[index]);
  }

  /** Where the leaf with this hash first stands; undefined when it is not in the tree. */
  indexOf(leaf: Buffer): number | undefined {
    return this.#indexByLeaf.get(leaf.toString('hex'));
  }

  /** MTH(D[size]): the root over the first `size` leaves; SHA-256 of nothing for an empty tree. */
  root(size: number = this.size): Buffer {
    this.#check(size, 0, this.size);
    return size === 0 ? createHash('sha256').digest() : this.#hash(0, size);
  }

  /** PATH(index, D[size]), from the leaf upwards (RFC 6962, section 2.1.1). */
  inclusionProof(index: number, size: number = this.size): Buffer[] {
    this.#check(size, 1, this.size);
    this.#check(index, 0, size - 1);
    return this.#path(index, 0, size);
  }

  /** PROOF(first, D[second]) (RFC 6962, section 2.1.2); empty for equal sizes. */
  consistencyProof(first: number, second: number): Buffer[] {
    this.#check(second, 1, this.size);
    this.#check(first, 1, second);
    return this.#subproof(first, 0, second, true);
  }

  #path(index: number, start: number, end: number): Buffer[] {
    if (end - start === 1) return [];
    const middle = start + splitAt(end - start);
    return index < middle
      ? [...this.#path(index, start, middle), this.#hash(middle, end)]
      : [...this.#path(index, middle, end), this.#hash(start, middle)];
  }

  /** `whole`: whether the verifier already knows the hash of this range, as the root of its own tree. */
  #subproof(first: number, start: number, end: number, whole: boolean): Buffer[] {
    if (first === end) return whole ? [] : [this.#hash(start, end)];
    const middle = start + splitAt(end - start);
    return first <= middle
      ? [...this.#subproof(first, start, middle, whole), this.#hash(middle, end)]
      : [...this.#subproof(first, middle, end, false), this.#hash(start, middle)];
  }

  /** The hash over a range. Ranges that the recursions ask for start at a multiple of their largest power of two. */
  #hash(start: number, end: number): Buffer {
    const width = end - start;
    const k = 31 - Math.clz32(width);
    if (width === 2 ** k) return present(this.#level(k)[start / width]);
    const middle = start + splitAt(width);
    return nodeHash(this.#hash(start, middle), this.#hash(middle, end));
  }

  #level(k: number): Buffer[] {
    return (this.#levels[k] ??= []);
  }

  #check(value: number, least: number, most: number): void {
    if (!Number.isInteger(value) || value < least || value > most)
      throw new RangeError(`asked a tree of ${this.size} leaves for ${value}, it has ${least} to ${most}`);
  }
}

/** The largest power of two smaller than `width` (at least 2). */
function splitAt(width: number): number {
  return 2 ** (31 - Math.clz32(width - 1));
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a subtree that must exist is missing');
  return value;
}
