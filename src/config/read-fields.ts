import { z } from 'zod';
import type { Place } from '../model/configuration.ts';
import { explainIssues, kindWords, tellUnknownKey } from './explain-issues.ts';
import type { Checked } from './explain-issues.ts';
import type { Mistakes } from './mistakes.ts';
import { missingBlank, otherSpelling } from './other-spelling.ts';
import { child, placeOf, plain } from './yaml-tree.ts';
import type { YamlNode } from './yaml-tree.ts';

/** Fields that were right; one that is absent was left out, or was wrong and has been told. */
export type Fields<S extends z.ZodObject> = { readonly [K in keyof z.output<S>]?: z.output<S>[K] | undefined };

/**
 * Reads a mapping key by key, so that one wrong field hides nothing about the others. Nothing (`name:` and an
 * empty value) counts as an empty mapping. `apart` are keys that the caller reads itself.
 */
export function readFields<S extends z.ZodObject>(
  schema: S,
  where: Omit<Checked, 'schema'>,
  mistakes: Mistakes,
  apart: readonly string[] = [],
): Fields<S> {
  const { node, subject } = where;
  if (node.kind !== 'map' && !(node.kind === 'scalar' && node.value === null)) {
    mistakes.error({
      code: 'config/type',
      place: placeOf(node),
      subject,
      message: `${where.name} must be a mapping, not ${kindWords(node)}`,
      help: missingBlank(node),
    });
    return {};
  }
  const shape = schema.shape as Readonly<Record<string, z.ZodType>>;
  const known = Object.keys(shape);
  if (node.kind === 'map') {
    for (const key of node.entries.keys()) {
      if (Object.hasOwn(shape, key)) continue;
      const all = [...known, ...(where.alsoKnown ?? [])];
      tellUnknownKey(key, node, all, { subject: joined(subject, key) }, mistakes);
    }
  }
  const fields: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(shape)) {
    if (apart.includes(key)) continue;
    const entry = node.kind === 'map' ? node.entries.get(key) : undefined;
    if (entry === undefined) {
      const absent = field.safeParse(undefined);
      if (absent.success) fields[key] = absent.data;
      else tellMissing(key, where, mistakes);
      continue;
    }
    const at = { node: entry.value, at: entry.key, subject: joined(subject, key), name: key };
    fields[key] = readValue(field, at, mistakes);
  }
  return fields as Fields<S>;
}

/** Reads one value; undefined, and told, where it is wrong. */
export function readValue<T>(schema: z.ZodType<T>, where: Omit<Checked, 'schema'>, mistakes: Mistakes): T | undefined {
  const read = schema.safeParse(plain(where.node));
  if (read.success) return read.data;
  explainIssues(read.error.issues, { ...where, schema }, mistakes);
  return undefined;
}

/**
 * Reads a list item by item, so that one wrong item hides nothing about the others. Absent or nothing is an empty
 * list; with `single`, something that is no list counts as its only item.
 */
export function readItems<T>(
  item: z.ZodType<T>,
  map: YamlNode,
  key: string,
  { subject, mistakes, single = false }: { subject: string; mistakes: Mistakes; single?: boolean },
): readonly (readonly [T, YamlNode])[] {
  const node = child(map, key);
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return [];
  if (node.kind !== 'list' && !single) {
    const message = `${key} must be a list, not ${kindWords(node)}`;
    const help = otherSpelling(node, key, [z.array(item)]);
    mistakes.error({ code: 'config/type', place: placeOf(node), subject: joined(subject, key), message, help });
    return [];
  }
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((one, index) => {
    const name = node.kind === 'list' ? `${key}[${index}]` : key;
    const read = readValue(item, { node: one, at: one, subject: joined(subject, name), name }, mistakes);
    return read === undefined ? [] : [[read, one] as const];
  });
}

/** The items of a list that was read, each with its node; for places. */
export function withNodes<T>(items: readonly T[], list: YamlNode | undefined): readonly (readonly [T, YamlNode])[] {
  if (list === undefined) return [];
  const nodes = list.kind === 'list' ? list.items : [list];
  return items.flatMap((item, index) => {
    const node = nodes[index];
    return node === undefined ? [] : [[item, node] as const];
  });
}

/** Where each item of a list stands; what is no list stands for its only item. */
export function itemPlaces(list: YamlNode | undefined): readonly Place[] {
  if (list === undefined) return [];
  return (list.kind === 'list' ? list.items : [list]).map(placeOf);
}

/** The entries of the mapping under a key, whatever they hold. */
export function entriesOf(node: YamlNode, key: string): readonly (readonly [string, YamlNode, YamlNode])[] {
  const map = child(node, key);
  if (map?.kind !== 'map') return [];
  return [...map.entries].map(([name, entry]) => [name, entry.key, entry.value] as const);
}

function tellMissing(key: string, where: Omit<Checked, 'schema'>, mistakes: Mistakes): void {
  mistakes.error({
    code: 'config/missing',
    place: placeOf(where.at),
    subject: joined(where.subject, key),
    message: `${key} is missing`,
  });
}

function joined(subject: string, key: string): string {
  return subject === '' ? key : `${subject}.${key}`;
}
