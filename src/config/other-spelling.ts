import { z } from 'zod';
import { alternatives } from './schema-shape.ts';
import type { YamlNode } from './yaml-tree.ts';

const WORDS_FOR_TRUE = /^(yes|on|y)$/i;
const WORDS_FOR_FALSE = /^(no|off|n)$/i;

/**
 * What to write instead of a value of a wrong type: the same with quotes, without them, with a unit or in brackets,
 * whichever the schemas would take; else an example of theirs, else what they say the field is.
 */
export function otherSpelling(node: YamlNode, name: string, schemas: readonly z.ZodType[]): string | undefined {
  return respelt(node, name, schemas) ?? exampleOf(name, schemas);
}

function respelt(node: YamlNode, name: string, schemas: readonly z.ZodType[]): string | undefined {
  if (node.kind !== 'scalar' || node.value === null || node.interpolated) return undefined;
  const fits = (value: unknown): boolean => schemas.some((schema) => schema.safeParse(value).success);
  const written = node.source.text.slice(node.start, node.end);
  if (typeof node.value === 'number') {
    if (fits(written)) return `put it in quotes: "${written}"`;
    return fits(`${written}s`) ? `write it with its unit: ${written}s` : undefined;
  }
  if (typeof node.value === 'boolean') return fits(written) ? `put it in quotes: "${written}"` : undefined;
  if (/^-?\d+(\.\d+)?$/.test(node.value) && fits(Number(node.value))) return 'remove the quotes';
  if (WORDS_FOR_TRUE.test(node.value) && fits(true)) return 'write true';
  if (WORDS_FOR_FALSE.test(node.value) && fits(false)) return 'write false';
  if (fits([node.value])) return `write it like ${name}: [${written}]`;
  return missingBlank(node);
}

/** `tier:1` is one word to YAML. */
export function missingBlank(node: YamlNode): string | undefined {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return undefined;
  return /^[\w-]+:[^\s/]/.test(node.value) ? 'write a blank behind the colon' : undefined;
}

function exampleOf(name: string, schemas: readonly z.ZodType[]): string | undefined {
  const example = firstExample(schemas);
  if (example !== undefined) return `write it like ${name.endsWith(']') ? '' : `${name}: `}${inFlow(example)}`;
  const described = schemas.map((schema) => z.globalRegistry.get(schema)?.description).find(Boolean);
  return described === undefined ? undefined : `${name}: ${described}`;
}

/** The first example of a schema, or of what a list of it holds. */
function firstExample(schemas: readonly z.ZodType[]): unknown {
  for (const one of schemas.flatMap((schema) => [...alternatives(schema)])) {
    const [example] = (z.globalRegistry.get(one)?.['examples'] as readonly unknown[] | undefined) ?? [];
    if (example !== undefined) return example;
    const item = one instanceof z.ZodArray ? firstExample([one.element as z.ZodType]) : undefined;
    if (item !== undefined) return [item];
  }
  return undefined;
}

/** A value as YAML's flow style writes it. */
function inFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inFlow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => `${key}: ${inFlow(item)}`);
    return `{ ${entries.join(', ')} }`;
  }
  const text = String(value);
  return /^[\w./@-][^,[\]{}#"']*$/.test(text) && !/: /.test(text) ? text : JSON.stringify(text);
}
