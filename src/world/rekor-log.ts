import { canonicalJson } from './canonical-json.ts';
import type { HashedRekord } from './hashedrekord.ts';
import type { LogIdentity } from './log-identity.ts';
import { treeIdHex } from './log-identity.ts';
import { leafHash, MerkleTree } from './merkle-tree.ts';

/** An entry as the log keeps it. */
export interface LogRecord {
  /** Base64 of the entry's canonical JSON; its bytes are the leaf. */
  readonly body: string;
  /** Unix seconds. */
  readonly integratedTime: number;
}

/** More entries than this are refused, so that a forgotten world does not eat the machine. */
const MAX_ENTRIES = 1_000_000;

/** One transparency log: who it is, its entries in order, and the tree over them. */
export class RekorLog {
  readonly identity: LogIdentity;
  readonly #tree = new MerkleTree();
  readonly #records: LogRecord[] = [];

  constructor(identity: LogIdentity, records: Iterable<LogRecord> = []) {
    this.identity = identity;
    for (const record of records) this.add(record);
  }

  get size(): number {
    return this.#tree.size;
  }

  get tree(): MerkleTree {
    return this.#tree;
  }

  get records(): readonly LogRecord[] {
    return this.#records;
  }

  /** Adds a record, unless an entry with the same bytes is there already: entries of a log are unique. */
  add(record: LogRecord): { readonly index: number; readonly added: boolean } {
    const leaf = leafHash(Buffer.from(record.body, 'base64'));
    const existing = this.#tree.indexOf(leaf);
    if (existing !== undefined) return { index: existing, added: false };
    if (this.size >= MAX_ENTRIES) throw new RangeError(`this log holds its most, ${MAX_ENTRIES} entries`);
    this.#records.push(record);
    return { index: this.#tree.append(leaf), added: true };
  }

  /** Rekor's entry id: 16 hexadecimal digits of tree id, 64 of leaf hash. */
  entryId(index: number): string {
    return treeIdHex(this.identity.treeId) + this.#tree.leaf(index).toString('hex');
  }
}

/** An entry as a record integrated at that time. */
export function recordOf(entry: HashedRekord, integratedTime: number): LogRecord {
  return { body: Buffer.from(canonicalJson({ ...entry })).toString('base64'), integratedTime };
}
