import type { JsonSchema } from '../config/json-schema.ts';
import type { Words } from './field-words.ts';

/** Parts of the root document by the sections of the words about them. */
const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  services: ['service'],
  channels: ['channel'],
  defaults: ['defaults', 'probe'],
  routes: ['route'],
  maintenance: ['once', 'cron'],
};

/**
 * The language's schema with the reference's words as descriptions, for editors: a description that a schema has
 * itself stays.
 */
export function describedFields(language: JsonSchema, words: Words): JsonSchema {
  const definitions = Object.entries(parts(language, '$defs')).map(([name, part]) => {
    const [of = '', kind = ''] = name.split('.');
    const sections = { probe: [kind, 'shared', 'probe'], channel: [kind, 'channels', 'channel'] }[of] ?? [of];
    return [name, described(part, '', sections, words)] as const;
  });
  const properties = Object.entries(parts(language, 'properties')).map(([name, part]) => {
    const whole = described(part, '', SECTIONS[name] ?? [name], words);
    return [name, withWords(whole, words[`document.${name}`])] as const;
  });
  return { ...language, $defs: Object.fromEntries(definitions), properties: Object.fromEntries(properties) };
}

/** A value's schema at a path of a section; `[]` marks the items of a list, as in the words. */
function described(schema: JsonSchema, path: string, sections: readonly string[], words: Words): JsonSchema {
  const copy: Record<string, unknown> = { ...schema };
  const within = (part: unknown, at: string): unknown =>
    typeof part === 'object' && part !== null ? described(part as JsonSchema, at, sections, words) : part;
  if (schema['properties'] !== undefined) {
    const fields = Object.entries(parts(schema, 'properties')).map(([name, field]) => {
      const at = path === '' ? name : `${path}.${name}`;
      return [name, withWords(described(field, at, sections, words), wordsFor(at, sections, words))];
    });
    copy['properties'] = Object.fromEntries(fields);
  }
  if (schema['items'] !== undefined) copy['items'] = within(schema['items'], path === '' ? '' : `${path}[]`);
  if (schema['additionalProperties'] !== undefined) {
    copy['additionalProperties'] = within(schema['additionalProperties'], path);
  }
  for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
    const alternatives = schema[keyword];
    if (Array.isArray(alternatives)) copy[keyword] = alternatives.map((one) => within(one, path));
  }
  return copy;
}

/** The words of the first section that has any; a step of a flow is a request, as `http` makes it. */
function wordsFor(path: string, sections: readonly string[], words: Words): Words[string] | undefined {
  const keys = sections.map((section) => `${section}.${path}`);
  const request = path.replace(/^(steps|cleanup)\[\]\./, '');
  if (request !== path) keys.push(`http.${request}`, `shared.${request}`);
  return keys.map((key) => words[key]).find((one) => one !== undefined);
}

function withWords(schema: JsonSchema, said: Words[string] | undefined): JsonSchema {
  const description = schema['description'] ?? (typeof said === 'object' ? said.meaning : said);
  return description === undefined ? schema : { ...schema, description };
}

function parts(schema: JsonSchema, key: string): Readonly<Record<string, JsonSchema>> {
  return (schema[key] ?? {}) as Readonly<Record<string, JsonSchema>>;
}
