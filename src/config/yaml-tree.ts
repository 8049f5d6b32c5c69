import type { Place } from '../model/configuration.ts';
import type { Source } from './source.ts';

/** Something that stands in a file, by offsets. */
export interface Located {
  readonly source: Source;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/**
 * Text, number, true/false or nothing. Interpolation writes `value` once more and sets `interpolated`; with
 * `unresolved` it found nothing to write, has told so, and nothing else about the value is worth telling.
 */
export interface ScalarNode extends Located {
  readonly kind: 'scalar';
  value: string | number | boolean | null;
  interpolated: boolean;
  /** What stood there before interpolation. */
  written?: string;
  unresolved?: boolean;
}

/** A mapping; keys are unique and in written order. */
export interface MapNode extends Located {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, { readonly key: ScalarNode; readonly value: YamlNode }>;
}

/** A list. */
export interface ListNode extends Located {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}

/** What a YAML document says, free of YAML's own notions, with each value's offsets in its file. */
export type YamlNode = ScalarNode | MapNode | ListNode;

/** Where a node stands. */
export function placeOf(node: Located): Place {
  return node.source.place(node.start, node.end);
}

/** The value under a key of a mapping; undefined for anything else. */
export function child(node: YamlNode | undefined, key: string): YamlNode | undefined {
  return node?.kind === 'map' ? node.entries.get(key)?.value : undefined;
}

/** The node as plain data, interpolated. Keys such as `__proto__` never get this far. */
export function plain(node: YamlNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plain);
    case 'map': {
      const object: Record<string, unknown> = {};
      for (const [key, entry] of node.entries) object[key] = plain(entry.value);
      return object;
    }
  }
}

/** The node as plain data, as it is written: references to variables and files stand for themselves. */
export function plainAsWritten(node: YamlNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.written ?? node.value;
    case 'list':
      return node.items.map(plainAsWritten);
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plainAsWritten(value)]));
  }
}

/**
 * The place of `length` characters at `offset` of a scalar's text, where the text stands in the file as it is
 * (plain, or quoted without escapes); of the whole scalar where it does not.
 */
export function placeWithin(node: ScalarNode, text: string, offset: number, length: number): Place {
  for (const skip of [0, 1]) {
    const start = node.start + skip;
    if (node.source.text.startsWith(text, start) && start + text.length <= node.end) {
      return node.source.place(start + offset, start + offset + Math.max(1, length));
    }
  }
  return placeOf(node);
}
