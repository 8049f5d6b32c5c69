import type { ChannelKind } from '../ports/channel-kind.ts';
import type { ProbeKind } from '../ports/probe-kind.ts';
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
  /** What a short form means, instead of what is written. */
  readonly implied?: Readonly<Record<string, unknown>>;
}

/** The options that belong to the kind alone, read by the kind's own schema; undefined, and told, where they are wrong. */
export function ownOptions(written: WithKind, mistakes: Mistakes): unknown {
  const { kind, common, subject, name } = written;
  const own = new Set(keysAt(kind.schema, []));
  const node = withKeys(written.node, (key) => !common.includes(key) || own.has(key));
  for (const secret of secretsIn(kind.schema, node)) tellInlineSecret(secret, subject, mistakes);
  const read = kind.schema.safeParse(written.implied ?? (node.kind === 'map' ? plain(node) : {}));
  if (read.success) return read.data;
  const alsoKnown = common;
  explainIssues(read.error.issues, { node, schema: kind.schema, at: written.key, subject, name, alsoKnown }, mistakes);
  return undefined;
}

/** A mapping with only some of its keys; anything else as it is, except that a text has no keys. */
export function withKeys(node: YamlNode, wanted: (key: string) => boolean): YamlNode {
  if (node.kind !== 'map') return { ...node, kind: 'scalar', value: null, interpolated: false };
  return { ...node, entries: new Map([...node.entries].filter(([key]) => wanted(key))) };
}

/** A secret that stands in the file itself, where everybody who reads the file reads it. */
export function tellInlineSecret(node: ScalarNode, subject: string, mistakes: Mistakes): void {
  // A flow's `${login.token}` is filled in by the run.
  if (node.interpolated || /\$\{[\w-]+\.\w+\}/.test(String(node.value))) return;
  mistakes.finding('warning', {
    code: 'secret/inline',
    place: placeOf(node),
    subject,
    message: 'a secret stands in the file itself',
    help: 'write "${env:NAME}" or "${file:path}" instead',
  });
}
