import type { z } from 'zod';
import { exclusiveKeys } from './exclusive-keys.ts';
import type { ExclusiveKeys } from './exclusive-keys.ts';
import type { Mistakes, Told } from './mistakes.ts';
import { nearestName, suggestion } from './nearest-name.ts';
import { otherSpelling } from './other-spelling.ts';
import { insteadAt, keysAt, schemasAt, shapesAt } from './schema-shape.ts';
import type { PathStep } from './schema-shape.ts';
import { placeOf } from './yaml-tree.ts';
import type { YamlNode } from './yaml-tree.ts';

type Issue = z.core.$ZodIssue;

/** What was checked: the value, the schema it failed, and how it is called. */
export interface Checked {
  readonly node: YamlNode;
  readonly schema: z.ZodType;
  /** Where things that are missing altogether are told; usually the key that the value stands under. */
  readonly at: YamlNode;
  /** Dotted path of the value in the configuration: `services.dis.tier`. */
  readonly subject: string;
  /** How the value itself is called in messages: its key. */
  readonly name: string;
  /** What to do about a mistake that has no better advice of its own. */
  readonly hint?: string;
  /** Keys that are known beside those of the schema, for suggestions. */
  readonly alsoKnown?: readonly string[];
}

/** Tells what a schema found wrong, in our words, each at its own place. */
export function explainIssues(issues: readonly Issue[], checked: Checked, mistakes: Mistakes): void {
  for (const issue of pruned(issues, checked)) tellIssue(issue, checked, mistakes);
}

/**
 * A missing key whose misspelling stands beside it is one mistake, not two; and where two forms are mixed, or none
 * is begun, what is missing from one of them is not worth telling.
 */
function pruned(issues: readonly Issue[], checked: Checked): readonly Issue[] {
  const misspelt = new Set<string>();
  const mixed = new Set<string>();
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    if (mixedForms(checked, issue.path) !== undefined || fitsNoForm(checked, issue.path)) {
      mixed.add(pathText(issue.path));
    }
    for (const key of issue.keys) {
      const near = nearestName(key, keysAt(checked.schema, issue.path));
      if (near !== undefined) misspelt.add(pathText([...issue.path, near]));
    }
  }
  return issues.filter(
    (issue) =>
      !isMissing(issue, checked) ||
      !(misspelt.has(pathText(issue.path)) || mixed.has(pathText(issue.path.slice(0, -1)))),
  );
}

function isMissing(issue: Issue, checked: Checked): boolean {
  return issue.path.length > 0 && locate(checked, issue.path).missing;
}

function tellIssue(issue: Issue, checked: Checked, mistakes: Mistakes): void {
  const { node, at, missing } = locate(checked, issue.path);
  if (node.kind === 'scalar' && node.unresolved) return;
  const name = nameAt(checked, issue.path);
  const subject = [checked.subject, pathText(issue.path)].filter((part) => part !== '').join('.');
  const tell = (told: Pick<Told, 'code' | 'message' | 'help'>, where: YamlNode = node): void =>
    mistakes.error({ ...told, help: told.help ?? checked.hint, place: placeOf(where), subject });
  if (missing) {
    tell({ code: 'config/missing', message: `${name} is missing`, help: undefined }, at);
    return;
  }
  switch (issue.code) {
    case 'unrecognized_keys':
      tellUnrecognized(issue, checked, mistakes);
      return;
    case 'invalid_union':
      tellUnion(issue, checked, mistakes);
      return;
    case 'invalid_type':
      tell({
        code: 'config/type',
        ...wrongType(name, [issue.expected], node),
        help: otherSpelling(node, name, schemasAt(checked.schema, issue.path)),
      });
      return;
    case 'invalid_value':
      tell({ code: 'config/value', ...wrongValue(name, issue.values.map(String), node) });
      return;
    case 'too_small':
    case 'too_big':
      tell({ code: 'config/range', message: outOfRange(name, issue), help: undefined });
      return;
    case 'invalid_key':
    case 'invalid_element':
      tell({ code: 'config/name', message: `${name}: ${issue.issues.map(ownWords).join('; ')}`, help: undefined });
      return;
    case 'invalid_format':
    case 'not_multiple_of':
    case 'custom':
      tell({ code: 'config/value', message: `${name}: ${ownWords(issue)}`, help: undefined });
  }
}

/** Keys that no form has are unknown; a key of another form than the rest is a conflict, told once. */
function tellUnrecognized(
  { keys, path }: Issue & { code: 'unrecognized_keys' },
  checked: Checked,
  mistakes: Mistakes,
): void {
  const { node } = locate(checked, path);
  const subjectOf = (key: string): string =>
    [checked.subject, pathText([...path, key])].filter((part) => part !== '').join('.');
  const mixed = mixedForms(checked, path);
  if (mixed !== undefined) {
    const entry = node.kind === 'map' ? node.entries.get(mixed.key) : undefined;
    mistakes.error({
      code: 'config/conflict',
      place: placeOf(entry?.key ?? node),
      subject: subjectOf(mixed.key),
      message: `${mixed.key} and ${mixed.others.join(', ')} exclude each other`,
      help: `write one form: ${mixed.forms.map((form) => `{ ${form.join(', ')} }`).join(' or ')}`,
    });
  }
  const known = [...keysAt(checked.schema, path), ...(path.length === 0 ? (checked.alsoKnown ?? []) : [])];
  for (const key of keys) {
    if (mixed?.strangers.includes(key) !== true) {
      const instead = insteadAt(checked.schema, path, key);
      tellUnknownKey(key, node, known, { subject: subjectOf(key), instead }, mistakes);
    }
  }
}

/** Whether of several forms that a mapping may have no key of any is written. */
function fitsNoForm(checked: Checked, path: readonly PathStep[]): boolean {
  const { node } = locate(checked, path);
  const shapes = shapesAt(checked.schema, path);
  return node.kind === 'map' && shapes.length > 1 && !shapes.flat().some((key) => node.entries.has(key));
}

function mixedForms(checked: Checked, path: readonly PathStep[]): ExclusiveKeys | undefined {
  const { node } = locate(checked, path);
  return node.kind === 'map' ? exclusiveKeys([...node.entries.keys()], checked.schema, path) : undefined;
}

/** An unknown key, told at the key itself; `instead` is what to write where it is known. */
export function tellUnknownKey(
  key: string,
  map: YamlNode,
  known: readonly string[],
  { subject, instead }: { readonly subject: string; readonly instead?: string | undefined },
  mistakes: Mistakes,
): void {
  const entry = map.kind === 'map' ? map.entries.get(key) : undefined;
  mistakes.error({
    code: 'config/unknown-key',
    place: placeOf(entry?.key ?? map),
    subject,
    message: `unknown key ${key}`,
    help: instead ?? suggestion(key, known, 'keys here'),
  });
}

/** Of several shapes a value may have, explains the one that it comes nearest to. */
function tellUnion(issue: Issue & { code: 'invalid_union' }, checked: Checked, mistakes: Mistakes): void {
  const { node } = locate(checked, issue.path);
  const nearest = issue.errors
    .filter((errors) => !isMisfit(errors))
    .map((errors) => errors.map((one) => ({ ...one, path: [...issue.path, ...one.path] })))
    .toSorted((a, b) => distance(a, checked) - distance(b, checked))[0];
  if (nearest !== undefined) {
    explainIssues(nearest, checked, mistakes);
    return;
  }
  const name = nameAt(checked, issue.path);
  const root = rootIssues(issue.errors);
  const types = root.flatMap((one) => (one.code === 'invalid_type' ? [one.expected] : []));
  const values = root.flatMap((one) => (one.code === 'invalid_value' ? one.values.map(String) : []));
  if (values.length > MANY) {
    const subject = [checked.subject, pathText(issue.path)].filter((part) => part !== '').join('.');
    mistakes.error({ code: 'config/value', place: placeOf(node), subject, ...wrongValue(name, values, node) });
    return;
  }
  mistakes.error({
    code: values.length > 0 ? 'config/value' : 'config/type',
    place: placeOf(node),
    subject: [checked.subject, pathText(issue.path)].filter((part) => part !== '').join('.'),
    ...wrongType(name, types, node, values),
    help: otherSpelling(node, name, schemasAt(checked.schema, issue.path)) ?? checked.hint,
  });
}

/** Whether a shape does not fit at all: the value itself is of another type, or none of its values. */
function isMisfit(errors: readonly Issue[]): boolean {
  return errors.some(
    (one) =>
      one.path.length === 0 &&
      (one.code === 'invalid_type' ||
        one.code === 'invalid_value' ||
        (one.code === 'invalid_union' && one.errors.every(isMisfit))),
  );
}

/** What misfitting shapes say of the value itself, those of unions among them opened. */
function rootIssues(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  return branches
    .flat()
    .filter((one) => one.path.length === 0)
    .flatMap((one) => (one.code === 'invalid_union' ? rootIssues(one.errors) : [one]));
}

/** Fewer missing and unknown keys mean a nearer shape. */
function distance(errors: readonly Issue[], checked: Checked): number {
  return errors.reduce((sum, one) => {
    if (one.code === 'unrecognized_keys') return sum + 10 * one.keys.length;
    return sum + (isMissing(one, checked) ? 11 : 1);
  }, 0);
}

function wrongType(
  name: string,
  expected: readonly string[],
  node: YamlNode,
  values: readonly string[] = [],
): { message: string } {
  const wanted = [...new Set([...values, ...expected.map((type) => TYPES[type] ?? type)])];
  const got =
    node.kind === 'scalar' ? (TYPES[node.value === null ? 'null' : typeof node.value] ?? '') : kindWords(node);
  return { message: `${name} must be ${wanted.join(' or ')}, not ${values.length > 0 ? shown(node) : got}` };
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  null: 'nothing',
};

/** What kind of thing a node is, in words. */
export function kindWords(node: YamlNode): string {
  if (node.kind === 'scalar') return TYPES[node.value === null ? 'null' : typeof node.value] ?? 'a value';
  return node.kind === 'list' ? 'a list' : 'a mapping';
}

/** More values than this are not listed in a sentence. */
const MANY = 12;

/** Lists the right values, unless there are too many to read. */
function wrongValue(
  name: string,
  values: readonly string[],
  node: YamlNode,
): { message: string; help: string | undefined } {
  const written = node.kind === 'scalar' && !node.interpolated ? String(node.value) : '';
  if (values.length > MANY)
    return { message: `${name} cannot be ${shown(node)}`, help: suggestion(written, values, 'values') };
  const wanted = values.length === 1 ? values[0] : `one of ${values.join(', ')}`;
  const near = nearestName(written, values);
  return {
    message: `${name} must be ${wanted}, not ${shown(node)}`,
    help: near === undefined ? undefined : `did you mean ${near}?`,
  };
}

/** What was written, short; never what a variable or a file brought in. */
function shown(node: YamlNode): string {
  if (node.kind !== 'scalar') return kindWords(node);
  const written = node.source.text.slice(node.start, node.end);
  return written.length === 0 ? 'nothing' : written.length > 60 ? `${written.slice(0, 60)}…` : written;
}

function outOfRange(name: string, issue: Issue & { code: 'too_small' | 'too_big' }): string {
  const [bound, limit] =
    issue.code === 'too_small'
      ? [issue.inclusive === false ? 'more than' : 'at least', issue.minimum]
      : [issue.inclusive === false ? 'less than' : 'at most', issue.maximum];
  switch (issue.origin) {
    case 'string':
      return limit === 1 && issue.code === 'too_small'
        ? `${name} must not be empty`
        : `${name} must have ${bound} ${limit} characters`;
    case 'array':
      return limit === 1 && issue.code === 'too_small'
        ? `${name} must not be an empty list`
        : `${name} must have ${bound} ${limit} items`;
    default:
      return `${name} must be ${bound} ${limit}`;
  }
}

/** A schema author's words; zod's own ones only where there are none. */
function ownWords(issue: Issue): string {
  if (issue.code === 'invalid_format' && issue.message.startsWith('Invalid ')) {
    return `not a valid ${issue.format === 'regex' ? `value, must match ${issue.pattern ?? 'a pattern'}` : issue.format}`;
  }
  return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
}

/** How a part is called: `needs[2].ttl`. */
function nameAt({ name }: Checked, path: readonly PathStep[]): string {
  if (path.length === 0) return name;
  return typeof path[0] === 'number' ? `${name}${pathText(path)}` : pathText(path);
}

function pathText(path: readonly PathStep[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');
}

/** The node at a path; where it is missing, what to point at instead. */
function locate(checked: Checked, path: readonly PathStep[]): { node: YamlNode; at: YamlNode; missing: boolean } {
  let node = checked.node;
  let at = checked.at;
  for (const step of path) {
    const entry = node.kind === 'map' ? node.entries.get(String(step)) : undefined;
    const next = entry?.value ?? (node.kind === 'list' && typeof step === 'number' ? node.items[step] : undefined);
    if (next === undefined) return { node: at, at, missing: true };
    node = next;
    at = entry?.key ?? next;
  }
  return { node, at, missing: false };
}
