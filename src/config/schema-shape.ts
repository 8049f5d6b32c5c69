import { z } from 'zod';
import type { ScalarNode, YamlNode } from './yaml-tree.ts';

/** A step into a value: a key of a mapping, or an index of a list. */
export type PathStep = PropertyKey;

/** What we look at of zod's own description of a schema. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
  readonly getter?: () => z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly left?: z.ZodType;
  readonly right?: z.ZodType;
}

function definitionOf(schema: z.ZodType): Definition {
  return schema._zod.def;
}

/** The schemas that the value itself may answer to: wrappers opened, the alternatives of unions side by side. */
export function* alternatives(schema: z.ZodType): Generator<z.ZodType> {
  const definition = definitionOf(schema);
  yield schema;
  if (definition.type === 'lazy' && definition.getter !== undefined) yield* alternatives(definition.getter());
  else if (definition.type === 'pipe' && definition.in !== undefined) {
    const isPreprocess = definitionOf(definition.in).type === 'transform';
    yield* alternatives(isPreprocess && definition.out !== undefined ? definition.out : definition.in);
  } else if (definition.innerType !== undefined) yield* alternatives(definition.innerType);
  else if (definition.options !== undefined) for (const option of definition.options) yield* alternatives(option);
  else if (definition.left !== undefined && definition.right !== undefined) {
    yield* alternatives(definition.left);
    yield* alternatives(definition.right);
  }
}

/** The schemas of a value's part. */
function partsOf(schema: z.ZodType, step: PathStep): readonly z.ZodType[] {
  const parts: z.ZodType[] = [];
  for (const one of alternatives(schema)) {
    const { type, shape, element, valueType } = definitionOf(one);
    if (type === 'object' && typeof step === 'string' && shape?.[step] !== undefined) parts.push(shape[step]);
    if (type === 'array' && typeof step === 'number' && element !== undefined) parts.push(element);
    if (type === 'record' && typeof step === 'string' && valueType !== undefined) parts.push(valueType);
  }
  return parts;
}

/** The schemas that may apply at a path; several where there are alternatives. */
export function schemasAt(schema: z.ZodType, path: readonly PathStep[]): readonly z.ZodType[] {
  return path.reduce<readonly z.ZodType[]>((schemas, step) => schemas.flatMap((one) => partsOf(one, step)), [schema]);
}

/** The keys that a mapping may have at a path; of all alternatives, where there are several. */
export function keysAt(schema: z.ZodType, path: readonly PathStep[]): readonly string[] {
  return [...new Set(shapesAt(schema, path).flat())];
}

/** The keys of each shape that a mapping may have at a path, one list an alternative. */
export function shapesAt(schema: z.ZodType, path: readonly PathStep[]): readonly (readonly string[])[] {
  return schemasAt(schema, path)
    .flatMap((one) => [...alternatives(one)])
    .flatMap((one) => {
      const { shape } = definitionOf(one);
      return shape === undefined ? [] : [Object.keys(shape)];
    });
}

/** What to write instead of a key that people expect at a path and that is none, as the schemas there say. */
export function insteadAt(schema: z.ZodType, path: readonly PathStep[], key: string): string | undefined {
  return schemasAt(schema, path)
    .flatMap((one) => [...alternatives(one)])
    .map((one) => (z.globalRegistry.get(one)?.['instead'] as Readonly<Record<string, string>> | undefined)?.[key])
    .find((instead) => instead !== undefined);
}

/** The scalars of a tree that stand in fields marked as secret. */
export function secretsIn(schema: z.ZodType, node: YamlNode): readonly ScalarNode[] {
  const found: ScalarNode[] = [];
  collectSecrets([schema], node, found);
  return found;
}

function collectSecrets(schemas: readonly z.ZodType[], node: YamlNode, found: ScalarNode[]): void {
  if (schemas.length === 0) return;
  switch (node.kind) {
    case 'scalar':
      if (node.value !== null && schemas.some(isSecret)) found.push(node);
      return;
    case 'list':
      for (const [index, item] of node.items.entries()) {
        collectSecrets(
          schemas.flatMap((schema) => partsOf(schema, index)),
          item,
          found,
        );
      }
      return;
    case 'map':
      for (const [key, entry] of node.entries) {
        collectSecrets(
          schemas.flatMap((schema) => partsOf(schema, key)),
          entry.value,
          found,
        );
      }
  }
}

function isSecret(schema: z.ZodType): boolean {
  return [...alternatives(schema)].some((one) => z.globalRegistry.get(one)?.['secret'] === true);
}
