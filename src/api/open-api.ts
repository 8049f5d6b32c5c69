import type { JsonSchema } from './json-schema.ts';
import type { Operation } from './operation.ts';
import { ProblemShape } from './problem.ts';

/** A JSON object on its way into the document. */
type Part = Readonly<Record<string, unknown>>;

/**
 * The API in OpenAPI 3.1, from the very operations that are served. Every schema that has a title becomes a
 * component and is referred to.
 */
export function openApi(
  operations: readonly Operation[],
  about: { readonly version: string; readonly publicUrl?: string },
): Part {
  const components = new Map<string, Part>();
  const paths = new Map<string, Record<string, Part>>();
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    const methods = paths.get(path) ?? {};
    methods[operation.method.toLowerCase()] = described(operation, components);
    paths.set(path, methods);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tocsin',
      version: about.version,
      description: 'What is watched, how it stands, and why. Times are ISO 8601 in UTC with milliseconds.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: about.publicUrl ?? '/' }],
    paths: Object.fromEntries(paths),
    components: {
      schemas: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function described(operation: Operation, components: Map<string, Part>): Part {
  const { access, params, query, body, bodyOptional = false, success, also } = operation;
  const role = access.kind === 'write' ? access.role : access.kind === 'read' ? 'viewer' : 'none';
  return {
    summary: operation.summary,
    description: `Role: ${role}`,
    security: access.kind === 'write' ? [{ bearer: [] }] : access.kind === 'read' ? [{ bearer: [] }, {}] : [],
    parameters: [...parameters('path', params, components), ...parameters('query', query, components)],
    ...(body === undefined ? {} : { requestBody: { required: !bodyOptional, content: json(body, components) } }),
    responses: {
      [success.status]: {
        description: 'as asked',
        ...(success.shape === undefined ? {} : { content: json(success.shape, components) }),
        ...(success.mediaType === undefined ? {} : { content: { [success.mediaType]: {} } }),
      },
      ...Object.fromEntries(
        Object.entries(also ?? {}).map(([status, shape]) => [
          status,
          { description: 'not so', content: json(shape, components) },
        ]),
      ),
      default: {
        description: 'a problem, RFC 9457',
        content: { 'application/problem+json': { schema: hoisted(ProblemShape, components) } },
      },
    },
  };
}

function parameters(place: 'path' | 'query', schema: JsonSchema | undefined, components: Map<string, Part>): Part[] {
  return Object.entries(schema?.properties ?? {}).map(([name, each]) => ({
    name,
    in: place,
    required: schema?.required?.includes(name) ?? false,
    schema: hoisted(each, components),
  }));
}

function json(schema: JsonSchema, components: Map<string, Part>): Part {
  return { 'application/json': { schema: hoisted(schema, components) } };
}

/** The schema with everything that has a title replaced by a reference to the component of that name. */
function hoisted(schema: JsonSchema, components: Map<string, Part>): Part {
  const { title, ...own } = schema;
  const whole = inside(own, components);
  if (title === undefined) return whole;
  components.set(title, whole);
  return { $ref: `#/components/schemas/${title}` };
}

function inside(
  { items, properties, additionalProperties, ...plain }: JsonSchema,
  components: Map<string, Part>,
): Part {
  const fields = Object.entries(properties ?? {}).map(([name, each]) => [name, hoisted(each, components)]);
  return {
    ...plain,
    ...(items === undefined ? {} : { items: hoisted(items, components) }),
    ...(properties === undefined ? {} : { properties: Object.fromEntries(fields) as Part }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: extra(additionalProperties, components) }),
  };
}

function extra(schema: false | JsonSchema, components: Map<string, Part>): Part | false {
  return schema === false ? false : hoisted(schema, components);
}
