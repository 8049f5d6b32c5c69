import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Document, Node } from 'yaml';
import type { Place } from '../model/configuration.ts';
import { explainSyntax } from './explain-syntax.ts';
import { LIMITS } from './limits.ts';
import type { Mistakes } from './mistakes.ts';
import type { Source } from './source.ts';
import { tellDouble } from './tell-double.ts';
import { placeOf } from './yaml-tree.ts';
import type { Located, MapNode, ScalarNode, YamlNode } from './yaml-tree.ts';

/** The documents of a file. Syntax mistakes are told; a document that has one is left out. */
export function parseYaml(source: Source, mistakes: Mistakes): readonly YamlNode[] {
  const documents = composed(source, mistakes);
  const trees: YamlNode[] = [];
  const budget = { aliases: 0, aliasedNodes: 0 };
  for (const document of documents) {
    if (document.errors.length > 0) {
      tellSyntax(document, source, mistakes);
      continue;
    }
    if (document.contents === null) continue;
    const converted = new Converter(source, mistakes, budget).convert(document.contents, 0);
    if (converted !== undefined && !(converted.kind === 'scalar' && converted.value === null)) trees.push(converted);
  }
  return trees;
}

function composed(source: Source, mistakes: Mistakes): readonly Document.Parsed[] {
  try {
    const documents = parseAllDocuments(source.text, { uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
    return 'empty' in documents ? [] : documents;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    tooDeep(source.place(0, 0), mistakes);
    return [];
  }
}

/** One syntax error hides the meaning of all that follows it, so only the first of a document is told. */
function tellSyntax(document: Document.Parsed, source: Source, mistakes: Mistakes): void {
  const unquoted = document.errors.filter(({ pos: [at] }) => source.text[at] === '{' && source.text[at - 1] === '$');
  for (const { pos } of unquoted) {
    const start = pos[0] - 1;
    const close = source.text.indexOf('}', start);
    mistakes.error({
      code: 'syntax/unquoted-interpolation',
      place: source.place(start, close < 0 ? start + 2 : close + 1),
      message: 'inside { … } and [ … ] a text with ${…} must be quoted',
      help: `write "${source.text.slice(start, close < 0 ? start + 2 : close + 1)}" with its quotes`,
    });
  }
  const first = document.errors[0];
  if (first === undefined || unquoted.some((error) => error.pos[0] <= first.pos[0])) return;
  if (first.code === 'RESOURCE_EXHAUSTION') tooDeep(source.place(first.pos[0], first.pos[1]), mistakes);
  else {
    const { start, end, ...told } = explainSyntax(first, document, source.text);
    mistakes.error({ code: 'syntax/yaml', place: source.place(start, end), ...told });
  }
}

function tooDeep(place: Place, mistakes: Mistakes): void {
  mistakes.error({
    code: 'config/limit',
    place,
    message: `nested deeper than ${LIMITS.depth} levels`,
    help: 'no configuration needs that',
  });
}

/** Turns YAML's nodes into ours, in document order, so that an alias means the last anchor above it. */
class Converter {
  readonly #source: Source;
  readonly #mistakes: Mistakes;
  readonly #budget: { aliases: number; aliasedNodes: number };
  readonly #anchors = new Map<string, { readonly node: YamlNode; readonly size: number }>();
  #nodes = 0;
  #stopped = false;

  constructor(source: Source, mistakes: Mistakes, budget: { aliases: number; aliasedNodes: number }) {
    this.#source = source;
    this.#mistakes = mistakes;
    this.#budget = budget;
  }

  convert(node: Node, depth: number): YamlNode | undefined {
    if (this.#stopped) return undefined;
    if (depth > LIMITS.depth) return this.#stop(node, `nested deeper than ${LIMITS.depth} levels`);
    if (isAlias(node)) return this.#alias(node);
    const before = this.#nodes;
    this.#nodes += 1;
    const converted = this.#value(node, depth);
    if (converted !== undefined && 'anchor' in node && typeof node.anchor === 'string') {
      this.#anchors.set(node.anchor, { node: converted, size: this.#nodes - before });
    }
    return converted;
  }

  #value(node: Node, depth: number): YamlNode | undefined {
    const where = this.#where(node);
    if ('tag' in node && typeof node.tag === 'string' && !node.tag.startsWith('tag:yaml.org,2002:')) {
      this.#mistakes.error({
        code: 'syntax/yaml',
        place: placeOf(where),
        message: `the tag ${node.tag} means nothing here`,
        help: 'remove the tag',
      });
    }
    if (isMap(node)) return { kind: 'map', ...where, entries: this.#entries(node, depth) };
    if (isSeq(node)) {
      const items = node.items
        .map((item) => this.convert(item as Node, depth + 1))
        .filter((item) => item !== undefined);
      return { kind: 'list', ...where, items };
    }
    return isScalar(node)
      ? { kind: 'scalar', ...where, value: scalarValue(node.value), interpolated: false }
      : undefined;
  }

  #entries(node: { readonly items: readonly { key: unknown; value: unknown }[] }, depth: number): MapNode['entries'] {
    const entries = new Map<string, { key: ScalarNode; value: YamlNode }>();
    for (const pair of node.items) {
      const key = this.#key(pair.key);
      if (key === undefined) continue;
      const name = String(key.value);
      if (name === '<<') {
        this.#tellMergeKey(key);
        continue;
      }
      const value =
        pair.value === null || pair.value === undefined
          ? ({ ...key, start: key.end, value: null } satisfies ScalarNode)
          : this.convert(pair.value as Node, depth + 1);
      const first = entries.get(name);
      if (first !== undefined) tellDouble(name, key, first.key, this.#mistakes);
      else if (value !== undefined) entries.set(name, { key, value });
    }
    return entries;
  }

  #key(key: unknown): ScalarNode | undefined {
    if (isScalar(key) && key.value !== null && key.value !== '__proto__') {
      const where = this.#where(key);
      return {
        kind: 'scalar',
        ...where,
        value: key.source ?? `${key.value as string | number | boolean}`,
        interpolated: false,
      };
    }
    const where = this.#where(key as Node);
    this.#mistakes.error({
      code: 'config/key',
      place: placeOf(where),
      message: isScalar(key) ? `${String(key.value)} cannot be a key` : 'a key must be plain text',
      help: this.#source.text.startsWith('{{', where.start)
        ? 'this looks like a template: fill it in first'
        : undefined,
    });
    return undefined;
  }

  /** Part of YAML 1.1 alone; whoever wrote one must not find that half of a probe is missing. */
  #tellMergeKey(key: ScalarNode): void {
    this.#mistakes.error({
      code: 'config/key',
      place: placeOf(key),
      subject: '<<',
      message: 'merge keys (<<) are not supported: they are no part of YAML 1.2',
      help: 'write the keys out; what all probes share belongs in defaults, and an alias may stand for a whole value (needs: *common)',
    });
  }

  #alias(node: Node & { source: string }): YamlNode | undefined {
    const anchor = this.#anchors.get(node.source);
    if (anchor === undefined) {
      this.#mistakes.error({
        code: 'syntax/yaml',
        place: placeOf(this.#where(node)),
        message: `the alias *${node.source} stands for nothing: no finished anchor &${node.source} above it`,
      });
      return undefined;
    }
    this.#budget.aliases += 1;
    this.#budget.aliasedNodes += anchor.size;
    this.#nodes += anchor.size;
    if (this.#budget.aliases > LIMITS.aliases)
      return this.#stop(node, `more than ${LIMITS.aliases} aliases in one file`);
    if (this.#budget.aliasedNodes > LIMITS.aliasedNodes) {
      return this.#stop(node, `aliases stand for more than ${LIMITS.aliasedNodes} values`);
    }
    return anchor.node;
  }

  #stop(node: Node, message: string): undefined {
    this.#stopped = true;
    this.#mistakes.error({ code: 'config/limit', place: placeOf(this.#where(node)), message });
    return undefined;
  }

  #where(node: Node | null | undefined): Located {
    const [start = 0, end = start] = node?.range ?? [];
    return { source: this.#source, start, end: trimmedEnd(this.#source.text, start, end) };
  }
}

/** YAML counts the line break after a block value to it; people do not. */
function trimmedEnd(text: string, start: number, end: number): number {
  return start + text.slice(start, end).trimEnd().length;
}

function scalarValue(value: unknown): ScalarNode['value'] {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return value;
  return `${value as bigint}`;
}
