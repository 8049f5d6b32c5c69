import type { ChannelKind } from '../ports/channel-kind.ts';
import type { ImpliedOption, ProbeKind } from '../ports/probe-kind.ts';
import { explainIssues } from './explain-issues.ts';
import type { Mistakes } from './mistakes.ts';
import { keysAt, secretsIn } from './schema-shape.ts';
import { placeOf, plain } from './yaml-tree.ts';
import type { ScalarNode, YamlNode } from './yaml-tree.ts';

/** A probe or a channel as it is written. */
export interface WithKind {
  readonly name: string;
  /** The key it stands under. */
  readonly key: YamlNode;
  readonly node: YamlNode;
  readonly kind: Pick<ProbeKind | ChannelKind, 'name' | 'schema'>;
  /** Keys that all kinds have; a kind may look at one of them too, by naming it in its schema. */
  readonly common: readonly string[];
  readonly subject: string;
  /** What a short form means; the node is then that short form, a text. */
  readonly implied?:
    { readonly options: Readonly<Record<string, ImpliedOption>>; readonly example: string } | undefined;
}

/** The options that belong to the kind alone, read by the kind's own schema; undefined, and told, where they are wrong. */
export function ownOptions(written: WithKind, mistakes: Mistakes): unknown {
  const { kind, common, subject, name } = written;
  const own = new Set(keysAt(kind.schema, []));
  const node =
    written.implied === undefined
      ? withKeys(written.node, (key) => !common.includes(key) || own.has(key))
      : impliedBy(written.node, written.implied.options);
  for (const secret of secretsIn(kind.schema, node)) tellInlineSecret(secret, subject, mistakes);
  const read = kind.schema.safeParse(node.kind === 'map' ? plain(node) : {});
  if (read.success) return read.data;
  const about = {
    node,
    schema: kind.schema,
    at: written.implied === undefined ? written.key : written.node,
    subject,
    name,
    alsoKnown: common,
    ...(written.implied !== undefined && {
      hint: `write it like ${written.implied.example}, or in full under probes`,
    }),
  };
  explainIssues(read.error.issues, about, mistakes);
  return undefined;
}

/** The mapping that a short form is short for: each of its values stands where the short form stands. */
function impliedBy(short: YamlNode, options: Readonly<Record<string, ImpliedOption>>): YamlNode {
  const { source, start, end } = short;
  const where = { source, start, end };
  const key: ScalarNode = { kind: 'scalar', ...where, value: null, interpolated: false };
  const unresolved = short.kind === 'scalar' && short.unresolved === true;
  const entries = new Map<string, { key: ScalarNode; value: YamlNode }>();
  for (const [name, value] of Object.entries(options)) {
    const said: YamlNode =
      typeof value === 'object'
        ? { kind: 'map', ...where, entries: new Map() }
        : { ...key, value, interpolated: true, ...(unresolved && { unresolved }) };
    entries.set(name, { key, value: said });
  }
  return { kind: 'map', ...where, entries };
}

/** Whether a secret stands in the declaration itself, so that it must not be written down. */
export function holdsSecret({ node, kind }: Pick<WithKind, 'node' | 'kind'>): boolean {
  return secretsIn(kind.schema, node).some((secret) => !secret.interpolated);
}

/** A mapping with only some of its keys; anything else as it is, except that a text has no keys. */
export function withKeys(node: YamlNode, wanted: (key: string) => boolean): YamlNode {
  if (node.kind !== 'map') return { ...node, kind: 'scalar', value: null, interpolated: false };
  return { ...node, entries: new Map([...node.entries].filter(([key]) => wanted(key))) };
}

/** A secret that stands in the file itself, where everybody who reads the file reads it. */
export function tellInlineSecret(node: ScalarNode, subject: string, mistakes: Mistakes): void {
  // A flow's `${login.token}` is filled in by the run.
  if (node.interpolated || node.unresolved === true || /\$\{[\w-]+\.\w+\}/.test(String(node.value))) return;
  // Of `redis://user:password@host` only the password is secret: `tellCredentials` points at it.
  if (/^(?!https?:)[a-z][a-z0-9+.-]*:\/\//i.test(String(node.value))) return;
  mistakes.finding('warning', {
    code: 'secret/inline',
    place: placeOf(node),
    subject,
    message: 'a secret stands in the file itself',
    help: 'write "${env:NAME}" or "${file:path}" instead',
  });
}
