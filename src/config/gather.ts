import { kindWords, tellUnknownKey } from './explain-issues.ts';
import { DocumentSchema, TEAM_KEYS } from './grammar/document.ts';
import { NAME_RULE, isName } from './grammar/words.ts';
import type { Mistakes } from './mistakes.ts';
import { missingBlank } from './other-spelling.ts';
import { tellDouble } from './tell-double.ts';
import { placeOf, plain } from './yaml-tree.ts';
import type { ListNode, MapNode, ScalarNode, YamlNode } from './yaml-tree.ts';

/** A service or a channel as it stands in a file, not yet read. */
export interface Declaration {
  readonly name: string;
  readonly key: ScalarNode;
  readonly node: YamlNode;
  /** The owner that its document gives to all of its services. */
  readonly owner?: string;
}

/** Sections of the root file that are mappings with fixed keys. */
export type SectionName = 'server' | 'defaults' | 'vantage' | 'deadman' | 'trust' | 'log' | 'telemetry';

/** All documents merged: who is declared where, and the root's sections. */
export interface Declarations {
  readonly services: ReadonlyMap<string, Declaration>;
  readonly channels: ReadonlyMap<string, Declaration>;
  readonly sections: ReadonlyMap<SectionName, { readonly key: ScalarNode; readonly node: MapNode }>;
  readonly routes?: { readonly key: ScalarNode; readonly list: ListNode };
  /** Every `maintenance` list; each node knows its file and that file's role. */
  readonly maintenance: readonly ListNode[];
}

/** Merges documents. What stands in a file that must not hold it, and what stands twice, is told. */
export function gather(documents: readonly YamlNode[], mistakes: Mistakes): Declarations {
  const services = new Map<string, Declaration>();
  const channels = new Map<string, Declaration>();
  const sections = new Map<SectionName, { key: ScalarNode; node: MapNode }>();
  const maintenance: ListNode[] = [];
  let routes: Declarations['routes'];

  for (const document of documents) {
    if (!isMapping(document, 'a document', mistakes)) continue;
    const owner = ownerOf(document, mistakes);
    for (const [name, { key, value }] of document.entries) {
      if (!mayStandHere(name, key, document, mistakes)) continue;
      switch (name) {
        case 'owner':
          break;
        case 'services':
          declare(services, value, 'services', owner, mistakes);
          break;
        case 'channels':
          declare(channels, value, 'channels', undefined, mistakes);
          break;
        case 'routes':
          if (!isList(value, 'routes', mistakes)) break;
          if (routes !== undefined) tellDouble('routes', key, routes.key, mistakes);
          else routes = { key, list: value };
          break;
        case 'maintenance':
          if (isList(value, 'maintenance', mistakes)) maintenance.push(value);
          break;
        default:
          if (isMapping(value, name, mistakes)) mergeSection(sections, name as SectionName, key, value, mistakes);
      }
    }
  }
  return {
    services,
    channels,
    sections,
    maintenance,
    ...(routes === undefined ? {} : { routes }),
  };
}

/** What the root trusts team files with, read before anything else may use it. */
export function trustedEnv(documents: readonly YamlNode[]): ReadonlySet<string> {
  const names = documents
    .filter((document) => document.source.role === 'root')
    .map((document) => plain(document) as { trust?: { env?: unknown } } | null)
    .flatMap((document) => (Array.isArray(document?.trust?.env) ? (document.trust.env as unknown[]) : []));
  return new Set(names.filter((name) => typeof name === 'string'));
}

function mayStandHere(name: string, key: ScalarNode, document: MapNode, mistakes: Mistakes): boolean {
  const team = document.source.role === 'team';
  if (!Object.hasOwn(DocumentSchema.shape, name)) {
    tellUnknownKey(name, document, team ? TEAM_KEYS : Object.keys(DocumentSchema.shape), { subject: name }, mistakes);
    return false;
  }
  if (!team || TEAM_KEYS.includes(name)) return true;
  mistakes.error({
    code: 'config/root-only',
    place: placeOf(key),
    subject: name,
    message: `${name} may stand only in the root file`,
    help: 'the root file is a single file, or tocsin.yaml at the top of the folder; other files hold owner, services and maintenance',
  });
  return false;
}

function ownerOf(document: MapNode, mistakes: Mistakes): string | undefined {
  const owner = document.entries.get('owner')?.value;
  if (owner === undefined) return undefined;
  if (owner.kind === 'scalar' && typeof owner.value === 'string' && owner.value !== '') return owner.value;
  mistakes.error({
    code: 'config/type',
    place: placeOf(owner),
    subject: 'owner',
    message: `owner must be text, not ${kindWords(owner)}`,
  });
  return undefined;
}

function declare(
  into: Map<string, Declaration>,
  node: YamlNode,
  what: string,
  owner: string | undefined,
  mistakes: Mistakes,
): void {
  if (!isMapping(node, what, mistakes)) return;
  for (const [name, { key, value }] of node.entries) {
    const first = into.get(name);
    if (first !== undefined) tellDouble(name, key, first.key, mistakes);
    else {
      checkName(name, key, mistakes);
      into.set(name, { name, key, node: value, ...(owner === undefined ? {} : { owner }) });
    }
  }
}

/** Tells a name that is none. */
export function checkName(name: string, key: YamlNode, mistakes: Mistakes): void {
  if (isName(name)) return;
  const spelt = name.toLowerCase().replaceAll(/[_\s.]+/g, '-');
  mistakes.error({
    code: 'config/name',
    place: placeOf(key),
    subject: name,
    message: name === '' ? 'a name must not be empty' : `${name} is not a name`,
    help: isName(spelt) ? `write ${spelt}: ${NAME_RULE}` : NAME_RULE,
  });
}

function mergeSection(
  sections: Map<SectionName, { key: ScalarNode; node: MapNode }>,
  name: SectionName,
  key: ScalarNode,
  node: MapNode,
  mistakes: Mistakes,
): void {
  const before = sections.get(name);
  if (before === undefined) {
    sections.set(name, { key, node });
    return;
  }
  const entries = new Map(before.node.entries);
  for (const [inner, entry] of node.entries) {
    const first = entries.get(inner);
    if (first === undefined) entries.set(inner, entry);
    else tellDouble(`${name}.${inner}`, entry.key, first.key, mistakes);
  }
  sections.set(name, { key: before.key, node: { ...before.node, entries } });
}

/** A mapping with no value (`services:`) is an empty one. */
function isMapping(node: YamlNode, what: string, mistakes: Mistakes): node is MapNode {
  if (node.kind === 'map') return true;
  if (node.kind === 'scalar' && node.value === null) return false;
  tellShape(node, what, 'a mapping', mistakes);
  return false;
}

function isList(node: YamlNode, what: string, mistakes: Mistakes): node is ListNode {
  if (node.kind === 'list') return true;
  if (node.kind === 'scalar' && node.value === null) return false;
  tellShape(node, what, 'a list', mistakes);
  return false;
}

/** How sections are written whose shape is often taken for another. */
const SHAPES: Readonly<Record<string, string>> = {
  services: 'write it like services: { payments: { external: true }, shop: { needs: [payments] } }',
  channels: 'write it like channels: { mail: { kind: email, … } }',
  routes: 'write it like routes: [{ page: [mail] }]',
};

function tellShape(node: YamlNode, what: string, wanted: string, mistakes: Mistakes): void {
  mistakes.error({
    code: 'config/type',
    place: placeOf(node),
    subject: what,
    message: `${what} must be ${wanted}, not ${kindWords(node)}`,
    help: missingBlank(node) ?? SHAPES[what],
  });
}
