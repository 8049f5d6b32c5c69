import { z } from 'zod';
import type { ChannelKind } from '../ports/channel-kind.ts';
import type { ProbeKind } from '../ports/probe-kind.ts';
import { DocumentSchema } from './grammar/document.ts';
import { ProbeSchema } from './grammar/probe.ts';
import { ChannelSchema } from './grammar/root.ts';
import { CapabilitySchema } from './grammar/service.ts';

/** A JSON Schema, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** The formats of the draft that we use; zod has some of its own, which other validators do not know. */
const FORMATS: ReadonlySet<string> = new Set(['uri', 'email', 'ipv4', 'ipv6', 'hostname', 'date', 'date-time', 'uuid']);
const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/**
 * The configuration language as JSON Schema (draft 2020-12), for editors and other validators. It knows every
 * key, type, default and example of the kinds it is given; what a schema cannot say (names that must exist, a
 * timeout within its interval) only `check` knows.
 */
export function configurationJsonSchema(
  kinds: ReadonlyMap<string, ProbeKind>,
  channelKinds: ReadonlyMap<string, ChannelKind>,
): JsonSchema {
  const probe = byKind(kinds, 'probe', partSchema(ProbeSchema));
  const channel = byKind(channelKinds, 'channel', partSchema(ChannelSchema));
  const { $schema: _, ...document } = partSchema(DocumentSchema);
  return {
    $schema: DIALECT,
    title: 'Tocsin configuration',
    ...document,
    $defs: {
      capability: nullable(partSchema(CapabilitySchema)),
      probe: probe.choice,
      channel: channel.choice,
      ...probe.definitions,
      ...channel.definitions,
    },
  };
}

/** The JSON Schema of a schema's input; parts that are read elsewhere become references. */
function partSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // zod drops these where a value is transformed, for fear that they are of the result; ours are as written.
      const { default: usual, examples } = z.globalRegistry.get(zodSchema) ?? {};
      if (usual !== undefined) jsonSchema.default = usual;
      if (Array.isArray(examples)) jsonSchema.examples = examples;
      if (jsonSchema.format !== undefined && !FORMATS.has(jsonSchema.format)) delete jsonSchema.format;
      delete jsonSchema['instead'];
      const part = jsonSchema['part'];
      if (typeof part !== 'string') return;
      delete jsonSchema['part'];
      jsonSchema.$ref = `#/$defs/${part}`;
    },
  }) as Record<string, unknown>;
  return json;
}

/** One definition a kind, and the choice among them by `kind`: `if`/`then`, whose errors editors explain best. */
function byKind(
  kinds: ReadonlyMap<string, Pick<ProbeKind | ChannelKind, 'name' | 'description' | 'schema'>>,
  what: string,
  common: Record<string, unknown>,
): { readonly choice: JsonSchema; readonly definitions: Record<string, JsonSchema> } {
  const names = [...kinds.keys()].sort();
  const definitions: Record<string, JsonSchema> = {};
  for (const name of names) {
    const kind = kinds.get(name);
    if (kind === undefined) continue;
    const { $defs = {}, ...own } = partSchema(kind.schema);
    const prefix = `${what}.${name}`;
    definitions[prefix] = withPrefix(merged(name, kind.description, common, own), prefix);
    for (const [inner, definition] of Object.entries($defs as Record<string, JsonSchema>)) {
      definitions[`${prefix}.${inner}`] = withPrefix(definition, prefix);
    }
  }
  const choice = {
    type: 'object',
    required: ['kind'],
    properties: { kind: { enum: names } },
    allOf: names.map((name) => ({
      if: { properties: { kind: { const: name } }, required: ['kind'] },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: { $ref: `#/$defs/${what}.${name}` },
    })),
  };
  return { choice, definitions };
}

/** Common fields and the kind's own ones; closed, so that unknown keys are found. The kind's own win. */
function merged(
  name: string,
  description: string,
  common: Record<string, unknown>,
  own: Record<string, unknown>,
): JsonSchema {
  const kind = { const: name, description };
  if (own['type'] !== 'object' || typeof own['properties'] !== 'object') {
    const properties = { ...(common['properties'] as object), kind };
    return {
      type: 'object',
      description,
      allOf: [opened({ ...common, properties }), opened(own)],
      unevaluatedProperties: false,
    };
  }
  const ownProperties = own['properties'] as object;
  return {
    ...own,
    description,
    properties: { ...(common['properties'] as object), ...ownProperties, kind },
    required: ['kind', ...((own['required'] as readonly string[] | undefined) ?? [])],
    additionalProperties: own['additionalProperties'] ?? false,
  };
}

/** A choice of closed objects would refuse the common fields: it is opened, and closed again from outside. */
function opened(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(opened);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy: Record<string, unknown> = { ...schema };
  if (copy['additionalProperties'] === false) delete copy['additionalProperties'];
  for (const keyword of ['anyOf', 'oneOf', 'allOf']) if (keyword in copy) copy[keyword] = opened(copy[keyword]);
  return copy;
}

/** Makes a kind's references to its own definitions point to where these stand now. */
function withPrefix(schema: JsonSchema, prefix: string): JsonSchema {
  const rewritten = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rewritten);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        if (key !== '$ref' || typeof item !== 'string') return [key, rewritten(item)];
        if (item === '#') return [key, `#/$defs/${prefix}`];
        return [key, item.replace(/^#\/\$defs\//, `#/$defs/${prefix}.`)];
      }),
    );
  };
  return rewritten(schema) as JsonSchema;
}

function nullable(schema: JsonSchema): JsonSchema {
  return { ...schema, type: ['object', 'null'] };
}
