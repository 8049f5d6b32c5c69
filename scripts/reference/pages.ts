import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { OPERATIONS } from '../../src/api/operations.ts';
import { WORDS } from '../../src/app/field-words.ts';
import { allKinds, NO_SCREEN } from '../../src/app/kinds.ts';
import { configurationJsonSchema } from '../../src/config/json-schema.ts';
import type { JsonSchema } from '../../src/config/json-schema.ts';
import { effectOf, modeOf, stageOf } from '../../src/core/detect/classes.ts';
import { FAILURE_CLASSES, STAGES } from '../../src/model/failure.ts';
import type { ProbeKind } from '../../src/ports/probe-kind.ts';
import { CLASS_MEANINGS, classesGiven, classesOfKind } from './failure-classes.ts';
import { PageError, fieldRows, fieldTable, table } from './field-rows.ts';
import { renderedPages } from './rendered-pages.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Pages whose marked sections are written by `scripts/write-reference.ts`; the rest of them is written by hand. */
const PAGES = ['docs/configuration.md', 'docs/probes.md', 'docs/api.md', 'docs/channels.md'];
const SECTION = /<!-- generated: ([a-z-]+) -->[\s\S]*?<!-- end -->/g;

/** Fields that several kinds share, told once. */
const SHARED = ['resolver', 'family', 'addresses', 'tls', 'auth'] as const;

/** A page as it should be. */
export interface ReferencePage {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** The reference pages with their generated sections up to date. Throws `PageError` where that cannot be said. */
export async function referencePages(): Promise<readonly ReferencePage[]> {
  const sections = new Map([...generatedSections(), ...(await renderedPages())]);
  const options = await resolveConfig(join(ROOT, 'README.md'));
  return Promise.all(
    PAGES.map(async (path) => {
      const text = (await readFile(join(ROOT, path), 'utf8')).replaceAll(SECTION, (_, name: string) => {
        const section = sections.get(name);
        if (section === undefined) throw new PageError('no-section', `${path} asks for ${name}, which is not made`);
        return `<!-- generated: ${name} -->\n\n${section}\n\n<!-- end -->`;
      });
      return { path, text: await format(text, { ...options, parser: 'markdown' }) };
    }),
  );
}

function generatedSections(): ReadonlyMap<string, string> {
  const kinds = allKinds(NO_SCREEN);
  const language = configurationJsonSchema(kinds.probes, kinds.channels);
  const part = (name: string): JsonSchema => at(language, '$defs', name);
  const root = (name: string): JsonSchema => at(language, 'properties', name);
  const service = at(root('services'), 'additionalProperties');
  const common = commonOfProbes();
  const [once, cron] = at(root('maintenance'), 'items')['anyOf'] as readonly JsonSchema[];
  const fields = (section: string, schema: JsonSchema | undefined): string =>
    fieldTable(fieldRows(section, schema ?? {}, WORDS));
  return new Map([
    ['service', fields('service', mapping(service))],
    ['capability', fields('capability', mapping(part('capability')))],
    ['server', fields('server', root('server'))],
    ['defaults', fields('defaults', without(root('defaults'), Object.keys(at(common, 'properties'))))],
    [
      'channels',
      table(
        ['kind', 'what it does'],
        [...kinds.channels.values()].map((k) => [`\`${k.name}\``, k.description]),
      ),
    ],
    ['channel', fields('channel', only(part(`channel.${String([...kinds.channels.keys()][0])}`), ['needs']))],
    ['routes', fields('route', at(root('routes'), 'items'))],
    ['maintenance-once', fields('once', once)],
    ['maintenance-cron', fields('cron', cron)],
    ['vantage', fields('vantage', root('vantage'))],
    ['deadman', fields('deadman', root('deadman'))],
    ['trust', fields('trust', root('trust'))],
    ['log', fields('log', root('log'))],
    ['telemetry', fields('telemetry', root('telemetry'))],
    ['probe-fields', fields('probe', without(common, ['kind']))],
    ['shared-fields', fields('shared', sharedFields([...kinds.probes.keys()].map((name) => part(`probe.${name}`))))],
    [
      'kinds',
      [...kinds.probes.values()].map((kind) => kindSection(kind, part(`probe.${kind.name}`), common)).join('\n\n'),
    ],
    ['classes', classTable()],
    ['routes-of-api', routeTable()],
  ]);
}

/** The fields that every kind of probe has: those of a kind that has none of its own. */
function commonOfProbes(): JsonSchema {
  const none = { name: 'none', description: '', schema: z.strictObject({}) };
  const bare = configurationJsonSchema(new Map([['none', none as unknown as ProbeKind]]), new Map());
  return at(bare, '$defs', 'probe.none');
}

/** One kind of probe: what it is, its own fields, its steps, how it can fail, an example. */
function kindSection(kind: ProbeKind, schema: JsonSchema, common: JsonSchema): string {
  const fields = at(schema, 'properties');
  const shared = SHARED.filter((name) => fields[name] !== undefined);
  const own = Object.keys(fields).filter(
    (name) =>
      name !== 'kind' &&
      !shared.some((other) => other === name) &&
      !isDeepStrictEqual(fields[name], at(common, 'properties')[name]),
  );
  const rows = fieldRows(kind.name, only(schema, own), WORDS);
  const steps = kind.traits.steps.map((step) => `${step.name} (${step.kind})`).join(' → ');
  const pushed = kind.traits.origin === 'pushed';
  const classes = classesOfKind(kind.name);
  return [
    `### ${kind.name}`,
    kind.description,
    `\`\`\`yaml\n${kind.example.trimEnd()}\n\`\`\``,
    rows.length === 0 ? 'No fields of its own.' : fieldTable(rows),
    [
      ...(shared.length === 0 ? [] : [`- shared fields: ${shared.map((name) => `\`${name}\``).join(', ')}`]),
      `- steps: ${steps}`,
      `- fails as: ${[...(pushed ? ['freshness.missed' as const] : []), ...classes].map((c) => `\`${c}\``).join(', ')}${kind.traits.network ? ', and what can go wrong [on the way](#failure-classes)' : ''}`,
      `- assertions see: ${['latencyMs', 'phases', 'facts', 'now', ...Object.keys(kind.variables ?? {})].map((v) => `\`${v}\``).join(', ')}`,
      `- facts: ${factsOf(kind)}`,
      ...(pushed ? ['- pushed: others tell it; it is never run'] : []),
    ].join('\n'),
  ].join('\n\n');
}

/** What can be pinned and watched. */
function factsOf({ traits: { facts } }: ProbeKind): string {
  if (facts === undefined) return 'as the program names them';
  return facts.length === 0 ? 'none' : facts.map((fact) => `\`${fact}\``).join(', ');
}

/** The shared fields as one schema. Throws where two kinds mean different things by one of them. */
function sharedFields(kinds: readonly JsonSchema[]): JsonSchema {
  const properties = SHARED.map((name) => {
    const [first, ...others] = kinds.map((kind) => at(kind, 'properties')[name]).filter((field) => field !== undefined);
    // Some kinds speak TLS only where the field stands: they have no default, and mean the same by what it holds.
    if (others.some((other) => !isDeepStrictEqual({ ...other, default: 0 }, { ...first, default: 0 })))
      throw new PageError('not-shared', `kinds differ in their field ${name}; describe it for each of them`);
    return [name, first] as const;
  });
  return { type: 'object', properties: Object.fromEntries(properties) };
}

function classTable(): string {
  const given = classesGiven();
  const rows = FAILURE_CLASSES.toSorted((a, b) => STAGES.indexOf(stageOf(a)) - STAGES.indexOf(stageOf(b))).map((c) => {
    const stage = stageOf(c);
    const isFailure = stage !== 'probe' && stage !== 'info' && c !== 'tls.expiring';
    const makes = stage === 'probe' ? 'unknown' : isFailure ? effectOf(c) : 'warning';
    return [`\`${c}\``, CLASS_MEANINGS[c], isFailure ? modeOf(c) : '', makes, given.has(c) ? 'yes' : 'not yet'];
  });
  return table(['class', 'meaning', 'mode', 'makes', 'given'], rows);
}

function routeTable(): string {
  const rows = OPERATIONS.map(({ method, path, access, summary }) => {
    return [`\`${method} ${path}\``, access.kind === 'write' ? access.role : access.kind, summary];
  });
  return table(['route', 'needs', 'what'], rows);
}

function at(schema: JsonSchema, ...path: readonly string[]): JsonSchema {
  return path.reduce<JsonSchema>((inner, key) => (inner[key] ?? {}) as JsonSchema, schema);
}

/** The mapping among the alternatives of a schema, where it has any. */
function mapping(schema: JsonSchema): JsonSchema {
  const alternatives = schema['anyOf'] as readonly JsonSchema[] | undefined;
  return alternatives?.find((one) => one['properties'] !== undefined) ?? schema;
}

function only(schema: JsonSchema, names: readonly string[]): JsonSchema {
  const kept = Object.entries(at(schema, 'properties')).filter(([name]) => names.includes(name));
  return { ...schema, properties: Object.fromEntries(kept) };
}

function without(schema: JsonSchema, names: readonly string[]): JsonSchema {
  return only(
    schema,
    Object.keys(at(schema, 'properties')).filter((name) => !names.includes(name)),
  );
}
