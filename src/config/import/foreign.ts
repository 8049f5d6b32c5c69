import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import type { LeftOut } from './imported.ts';

/**
 * A value in another program's configuration, able to say where it stands. It records what was read of it, and
 * `leftovers` is all the rest, whatever its value: a key that an importer does not know is listed by construction.
 */
export class Foreign {
  readonly #from: ForeignFile;
  readonly #node: Node;
  readonly #path: string;
  readonly #parts = new Map<string, Foreign>();
  /** Whether what it says itself was read; its parts answer for themselves. */
  #read = false;
  /** Whether nothing in it need be listed (any more). */
  #done = false;

  constructor(from: ForeignFile, node: Node, path: string) {
    this.#from = from;
    this.#node = node;
    this.#path = path;
  }

  get line(): number {
    return this.#lineOf(this.#node);
  }

  get file(): string {
    return this.#from.file;
  }

  /** `file:line`, for notes. */
  get place(): string {
    return `${this.file}:${String(this.line)}`;
  }

  /** What stands under a key, whatever it is, false and nothing too; undefined where the key is not written. */
  at(key: string): Foreign | undefined {
    if (isMap(this.#node)) this.#read = true;
    const pair = this.#pairs().find((one) => keyOf(one) === key);
    if (pair === undefined) return undefined;
    return this.#part(key, this.#resolved(pair.value), this.#path === '' ? key : `${this.#path}.${key}`);
  }

  /** The keys of a mapping, as they are written. */
  keys(): readonly string[] {
    if (isMap(this.#node)) this.#read = true;
    return this.#pairs().map(keyOf);
  }

  /** The items of a list; of anything else none. */
  items(): readonly Foreign[] {
    if (!isSeq(this.#node)) return [];
    this.#read = true;
    return this.#node.items.flatMap((item, index) => {
      const part = this.#part(String(index), this.#resolved(item), `${this.#path}[${String(index)}]`);
      return part === undefined ? [] : [part];
    });
  }

  /** A scalar as text; undefined for anything else, nothing and empty text among it. */
  text(): string | undefined {
    const value = scalarOf(this.#node);
    if (value === undefined) return undefined;
    this.#read = true;
    return value === null || value === '' ? undefined : String(value);
  }

  /** True or false; undefined for anything else, which then counts as not read. */
  flag(): boolean | undefined {
    const value = scalarOf(this.#node);
    if (typeof value !== 'boolean') return undefined;
    this.#read = true;
    return value;
  }

  /** A duration as we write them (`30s`, `1h30m`); any other is left for a person to write. */
  duration(): string | undefined {
    const text = this.text();
    if (text === undefined || /^(\d+(ms|s|m|h|d))+$/.test(text)) return text;
    this.leave('not a duration here; write it like 30s, 5m or 1h30m');
    return undefined;
  }

  /** Says why this is not carried over, and that nothing more need be said of it. */
  leave(why: string): void {
    if (this.#done) return;
    this.#done = true;
    this.remark(why);
  }

  /** Says what of it is not carried over; the rest may be. */
  remark(why: string): void {
    const { remarks } = this.#from;
    const said = { file: this.file, line: this.line, what: this.#path === '' ? 'document' : this.#path, why };
    if (remarks.every((one) => one.why !== why || one.line !== said.line || one.what !== said.what)) remarks.push(said);
  }

  /** These change nothing here whatever they say: bookkeeping of the other program. */
  ignore(...keys: readonly string[]): void {
    for (const key of keys) {
      const part = this.at(key);
      if (part !== undefined) part.#done = true;
    }
  }

  /** What stands under a key changes nothing as long as it is one of these (`null` and `''` are texts here, too). */
  ignoreWhere(key: string, values: readonly string[]): void {
    if (isMap(this.#node)) this.#read = true;
    const node = this.#resolved(this.#pairs().find((one) => keyOf(one) === key)?.value);
    if (node !== undefined && values.includes(this.#canonical(node))) this.ignore(key);
  }

  /** What nobody read. */
  leftovers(): readonly LeftOut[] {
    if (this.#done) return [];
    const isTouched = this.#read || this.#path === '';
    if (!isTouched) return [this.#unread(this.#node, this.#path)];
    const left: LeftOut[] = [];
    for (const pair of this.#pairs()) {
      const part = this.#parts.get(keyOf(pair));
      const path = this.#path === '' ? keyOf(pair) : `${this.#path}.${keyOf(pair)}`;
      left.push(...(part?.leftovers() ?? [this.#unread(pair.key as Node, path)]));
    }
    for (const [index, item] of (isSeq(this.#node) ? this.#node.items : []).entries()) {
      const path = `${this.#path}[${String(index)}]`;
      left.push(...(this.#parts.get(String(index))?.leftovers() ?? [this.#unread(item as Node, path)]));
    }
    return left;
  }

  #unread(node: Node, path: string): LeftOut {
    const what = path === '' ? 'document' : path;
    return { file: this.file, line: this.#lineOf(node), what, why: 'there is nothing like it here' };
  }

  #lineOf(node: Node): number {
    return this.#from.lines.linePos(node.range?.[0] ?? 0).line;
  }

  #pairs(): readonly Pair[] {
    return isMap(this.#node) ? this.#node.items : [];
  }

  #canonical(node: Node): string {
    return isScalar(node) ? String(node.value) : JSON.stringify(node.toJS(this.#from.document));
  }

  #resolved(value: unknown): Node | undefined {
    if (isAlias(value)) return value.resolve(this.#from.document);
    return isMap(value) || isSeq(value) || isScalar(value) ? value : undefined;
  }

  #part(key: string, node: Node | undefined, path: string): Foreign | undefined {
    const known = this.#parts.get(key);
    if (known !== undefined || node === undefined) return known;
    const part = new Foreign(this.#from, node, path);
    this.#parts.set(key, part);
    return part;
  }
}

/** What every value of a file shares. */
interface ForeignFile {
  readonly file: string;
  readonly lines: LineCounter;
  readonly document: Document.Parsed;
  readonly remarks: LeftOut[];
}

/** The documents of a YAML or JSON file, or why they cannot be read. */
export function foreignDocuments(
  file: string,
  text: string,
  remarks: LeftOut[],
): { readonly ok: true; readonly documents: readonly Foreign[] } | { readonly ok: false; readonly why: string } {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, logLevel: 'silent', prettyErrors: false });
  const documents = 'empty' in parsed ? [] : parsed;
  for (const { errors } of documents) {
    const [error] = errors;
    if (error === undefined) continue;
    return { ok: false, why: `${file}:${String(lines.linePos(error.pos[0]).line)}: ${error.message}` };
  }
  const foreign = documents.flatMap((document) =>
    document.contents === null ? [] : [new Foreign({ file, lines, document, remarks }, document.contents, '')],
  );
  return { ok: true, documents: foreign };
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

/** A scalar's value where it is a plain one; undefined for lists, mappings and exotic scalars. */
function scalarOf(node: Node): string | number | bigint | boolean | null | undefined {
  if (!isScalar(node)) return undefined;
  const { value } = node;
  const isPlain = value === null || ['string', 'number', 'boolean', 'bigint'].includes(typeof value);
  return isPlain ? (value as string | number | bigint | boolean | null) : undefined;
}
