import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import type { LeftOut } from './imported.ts';

/**
 * A value in another program's configuration, able to say where it stands. What nobody takes is found by
 * `leftovers`, so that nothing is dropped silently.
 */
export class Foreign {
  readonly #from: ForeignFile;
  readonly #node: Node;
  readonly #path: string;
  readonly #taken = new Map<string, Foreign>();
  #whole = false;

  constructor(from: ForeignFile, node: Node, path: string) {
    this.#from = from;
    this.#node = node;
    this.#path = path;
  }

  get line(): number {
    return this.#from.lines.linePos(this.#node.range?.[0] ?? 0).line;
  }

  get file(): string {
    return this.#from.file;
  }

  /** The value under a key, now taken; undefined where there is none, or nothing in it. */
  at(key: string): Foreign | undefined {
    const known = this.#taken.get(key);
    if (known !== undefined) return known;
    const value = this.#resolved(this.#pairs().find((pair) => keyOf(pair) === key)?.value);
    if (value === undefined || saysNothing(value)) return undefined;
    return this.#take(key, value, this.#path === '' ? key : `${this.#path}.${key}`);
  }

  /** The keys of a mapping, as they are written. */
  keys(): readonly string[] {
    return this.#pairs().map(keyOf);
  }

  /** The items of a list, all taken; of anything else none. */
  items(): readonly Foreign[] {
    if (!isSeq(this.#node)) return [];
    return this.#node.items.flatMap((item, index): readonly Foreign[] => {
      const value = this.#resolved(item);
      if (value === undefined) return [];
      const key = String(index);
      return [this.#taken.get(key) ?? this.#take(key, value, `${this.#path}[${key}]`)];
    });
  }

  /** A scalar as text; undefined for anything else. */
  text(): string | undefined {
    if (!isScalar(this.#node)) return undefined;
    const { value } = this.#node;
    if (!['string', 'number', 'boolean', 'bigint'].includes(typeof value)) return undefined;
    this.#whole = true;
    return `${value as string | number | boolean | bigint}`;
  }

  /** Says why this is not carried over, and that nothing more need be said of it. */
  leave(why: string): void {
    this.#whole = true;
    this.#from.remarks.push({ file: this.#from.file, line: this.line, what: this.#path, why });
  }

  /** It means nothing to us and changes nothing: bookkeeping of the other program. */
  ignore(...keys: readonly string[]): void {
    for (const key of keys) {
      const value = this.at(key);
      if (value !== undefined) value.#whole = true;
    }
  }

  /** What nobody took. */
  leftovers(): readonly LeftOut[] {
    if (this.#whole) return [];
    const left: LeftOut[] = [];
    const say = (node: Node, what: string): void => {
      const { line } = this.#from.lines.linePos(node.range?.[0] ?? 0);
      left.push({ file: this.#from.file, line, what, why: 'there is nothing like it here' });
    };
    for (const pair of this.#pairs()) {
      const value = this.#resolved(pair.value);
      if (value === undefined || saysNothing(value)) continue;
      const taken = this.#taken.get(keyOf(pair));
      if (taken === undefined) say(pair.key as Node, this.#path === '' ? keyOf(pair) : `${this.#path}.${keyOf(pair)}`);
      else left.push(...taken.leftovers());
    }
    if (isSeq(this.#node)) {
      for (const [index, item] of this.#node.items.entries()) {
        const taken = this.#taken.get(String(index));
        if (taken === undefined) say(item as Node, `${this.#path}[${String(index)}]`);
        else left.push(...taken.leftovers());
      }
    }
    if (isScalar(this.#node)) say(this.#node, this.#path);
    return left;
  }

  #pairs(): readonly Pair[] {
    return isMap(this.#node) ? this.#node.items : [];
  }

  #resolved(value: unknown): Node | undefined {
    if (isAlias(value)) return value.resolve(this.#from.document);
    return isMap(value) || isSeq(value) || isScalar(value) ? value : undefined;
  }

  #take(key: string, node: Node, path: string): Foreign {
    const taken = new Foreign(this.#from, node, path);
    this.#taken.set(key, taken);
    return taken;
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

/** Nothing, false, empty text, an empty list or mapping. */
function saysNothing(node: Node): boolean {
  if (isScalar(node)) return node.value === null || node.value === '' || node.value === false;
  return (isMap(node) || isSeq(node)) && node.items.length === 0;
}
