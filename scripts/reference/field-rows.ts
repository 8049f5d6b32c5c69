import type { Words } from '../../src/app/field-words.ts';
import type { JsonSchema } from '../../src/config/json-schema.ts';

/** One field as a reference shows it. */
export interface FieldRow {
  /** From the section's top, `expect.status`; `[]` marks the items of a list. */
  readonly path: string;
  readonly secret: boolean;
  readonly type: string;
  /** `required`, a default, or empty. */
  readonly default: string;
  /** Empty where neither the schema nor anybody else says it; a test finds those. */
  readonly meaning: string;
}

/** A reference page cannot be made: words without a field, a section that nobody makes, a field that kinds share and do not. */
export class PageError extends Error {
  readonly code: 'no-field' | 'no-section' | 'not-shared';
  constructor(code: PageError['code'], message: string) {
    super(message);
    this.name = 'PageError';
    this.code = code;
  }
}

const DURATION = '^(?:\\d+(?:ms|s|m|h|d))+$';
/** A longer choice than this is named instead of listed. */
const LISTED_AT_MOST = 12;

/**
 * The fields of an object schema, nested ones flattened behind their parents. Meanings are the schema's own
 * descriptions; where it has none, `words` has them under `section.path`. Words for a field that is not there throw.
 */
export function fieldRows(section: string, schema: JsonSchema, words: Words): readonly FieldRow[] {
  const used = new Set<string>();
  const rows = [...walk(section, schema, '', words, used)];
  for (const key of Object.keys(words)) {
    if (key.startsWith(`${section}.`) && !used.has(key))
      throw new PageError('no-field', `words for ${key}, which is not a field any more`);
  }
  return rows;
}

function* walk(
  section: string,
  schema: JsonSchema,
  prefix: string,
  words: Words,
  used: Set<string>,
): Generator<FieldRow> {
  const required = (schema['required'] as readonly string[] | undefined) ?? [];
  for (const [name, field] of Object.entries(objectOf(schema['properties']))) {
    const path = `${prefix}${name}`;
    const inner = objectOf(field);
    const said = words[`${section}.${path}`];
    if (said !== undefined) used.add(`${section}.${path}`);
    const meaning = (typeof said === 'object' ? said.meaning : said) ?? inner['description'];
    const typed = typeof said === 'object' ? said.type : undefined;
    const nested = typed === undefined ? objectsIn(inner) : [];
    if (typeof meaning === 'string' || nested.length === 0)
      yield {
        path,
        secret: isSecret(inner),
        type: typed ?? typeText(inner),
        default: required.includes(name)
          ? 'required'
          : defaultText(inner['default'] ?? objectOf(schema['default'])[name]),
        meaning: typeof meaning === 'string' ? meaning : '',
      };
    for (const { schema: below, list } of nested)
      yield* walk(section, below, `${path}${list ? '[]' : ''}.`, words, used);
  }
}

/** The mappings with known keys that a field's value may be, or be a list of. */
function objectsIn(schema: JsonSchema): readonly { readonly schema: JsonSchema; readonly list: boolean }[] {
  if (schema['properties'] !== undefined) return [{ schema, list: false }];
  if (schema['type'] === 'array') return objectsIn(objectOf(schema['items'])).map((o) => ({ ...o, list: true }));
  return ((schema['anyOf'] as readonly JsonSchema[] | undefined) ?? []).flatMap(objectsIn);
}

/** A schema's type in a few words. */
function typeText(schema: JsonSchema): string {
  if (schema['$ref'] !== undefined) return 'JSON';
  if (schema['const'] !== undefined) return code(schema['const']);
  const choice = schema['enum'] as readonly unknown[] | undefined;
  if (choice !== undefined) return choice.length > LISTED_AT_MOST ? 'a failure class' : choice.map(code).join(', ');
  const either = schema['anyOf'] as readonly JsonSchema[] | undefined;
  if (either !== undefined) return [...new Set(either.map(typeText))].join(' or ');
  if (schema['pattern'] === DURATION) return 'duration';
  switch (schema['type']) {
    case 'array':
      return `list of ${typeText(objectOf(schema['items']))}`;
    case 'integer':
      return numberText('whole number', schema);
    case 'number':
      return numberText('number', schema);
    case 'boolean':
      return 'true, false';
    case 'object':
      return schema['properties'] === undefined
        ? `names to ${typeText(objectOf(schema['additionalProperties']))}`
        : 'mapping';
    case 'string':
      return 'text';
    default:
      return 'any';
  }
}

function numberText(word: string, { minimum, maximum }: JsonSchema): string {
  const bounded = typeof minimum === 'number' && typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER;
  return bounded ? `${String(minimum)} to ${String(maximum)}` : word;
}

function defaultText(value: unknown): string {
  const empty = Array.isArray(value) ? value.length === 0 : JSON.stringify(value) === '{}';
  if (value === undefined || empty) return '';
  return code(
    typeof value === 'object'
      ? JSON.stringify(value)
          .replaceAll('"', '')
          .replaceAll(/([:,])/g, '$1 ')
      : value,
  );
}

function isSecret(schema: JsonSchema): boolean {
  if (schema['secret'] === true) return true;
  const parts = [
    schema['items'],
    schema['additionalProperties'],
    ...((schema['anyOf'] as unknown[] | undefined) ?? []),
  ];
  return parts.some((part) => typeof part === 'object' && part !== null && isSecret(part as JsonSchema));
}

function code(value: unknown): string {
  return `\`${String(value)}\``;
}

function objectOf(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? (value as JsonSchema) : {};
}

/** The rows as a Markdown table; secrets marked by °. */
export function fieldTable(rows: readonly FieldRow[]): string {
  if (rows.length === 0) return 'No fields of its own.';
  const lines = rows.map((row) => [`\`${row.path}\`${row.secret ? '°' : ''}`, row.type, row.default, row.meaning]);
  return table(['field', 'type', 'default', 'meaning'], lines);
}

/** A Markdown table; what would end a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((c) => c.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
