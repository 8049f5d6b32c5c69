import type { Foreign } from './foreign.ts';
import { freeName, nameOf, present } from './imported.ts';
import type { Gathered, Importer } from './imported.ts';

/** Entities that run, and so can fail. */
const SERVICES = /^(component|resource)$/i;

/** An entity, known by what others may call it; names are equal whatever their case. */
interface Entity {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** One that is written down. */
interface Written extends Entity {
  readonly document: Foreign;
  readonly metadata: Foreign;
  /** What the service is called. */
  readonly service: string;
}

/**
 * Backstage's catalog (backstage.io/docs/features/software-catalog/descriptor-format): components and resources
 * become services, `dependsOn` needs that nobody has classified, systems labels. What is depended on and not in the
 * files is declared as external. Entities of one name in several namespaces, or of both kinds, stay apart.
 */
export const importBackstage: Importer = (documents, services) => {
  const entities = named(documents);
  const wanted = new Map<string, { readonly of: Entity; readonly by: Foreign; readonly service: string }>();
  const isTaken = (name: string): boolean =>
    entities.some(({ service }) => service === name) || [...wanted.values()].some(({ service }) => service === name);
  const serviceOf = (of: Entity, by: Foreign): string => {
    const known = wanted.get(keyOf(of)) ?? entities.find((entity) => isCalled(entity, of));
    if (known !== undefined) return known.service;
    const service = isTaken(nameOf(of.name)) ? freeName(qualified(of), isTaken) : nameOf(of.name);
    wanted.set(keyOf(of), { of, by, service });
    return service;
  };
  for (const entity of entities) addEntity(entity, serviceOf, services);
  for (const { of, by, service } of wanted.values()) {
    const { file, line } = by;
    const notes = [`${keyOf(of)} is in none of the files: taken as somebody else's`];
    services.add({ name: service, file, line, fields: { external: true }, probes: {}, needs: [], notes });
  }
};

/** The entities that become services, each with a name of its own: the plain one where nobody else has it. */
function named(documents: readonly Foreign[]): readonly Written[] {
  const found = documents.flatMap((document) => entityOf(document) ?? []);
  const entities: Written[] = [];
  for (const entity of found) {
    const first = entities.find((one) => keyOf(one) === keyOf(entity));
    if (first !== undefined) {
      entity.document.leave(`${keyOf(entity)} is declared twice, first at ${first.document.place}`);
      continue;
    }
    const plain = nameOf(entity.name);
    const isShared = found.some((one) => keyOf(one) !== keyOf(entity) && nameOf(one.name) === plain);
    const isTaken = (name: string): boolean =>
      entities.some(({ service }) => service === name) ||
      found.some((one) => nameOf(one.name) === name && keyOf(one) !== keyOf(entity));
    entities.push({ ...entity, service: isShared ? freeName(qualified(entity), isTaken) : plain });
  }
  return entities;
}

function entityOf(document: Foreign): Omit<Written, 'service'> | undefined {
  const kind = document.at('kind')?.text() ?? '';
  document.ignore('apiVersion');
  const metadata = document.at('metadata');
  const name = metadata?.at('name')?.text();
  if (!SERVICES.test(kind) || metadata === undefined || name === undefined) {
    document.leave(`a ${kind === '' ? 'document without a kind' : kind} is no service`);
    return undefined;
  }
  return { document, metadata, kind, name, namespace: metadata.at('namespace')?.text() ?? 'default' };
}

function addEntity(entity: Written, serviceOf: (of: Entity, by: Foreign) => string, services: Gathered): void {
  const { document, metadata, kind, service } = entity;
  const spec = document.at('spec');
  const isRenamed = service !== nameOf(entity.name);
  services.add({
    name: service,
    file: document.file,
    line: document.line,
    fields: present({
      title: metadata.at('title')?.text(),
      description: metadata.at('description')?.text(),
      owner: ownerOf(spec?.at('owner')?.text()),
      runbook: runbookOf(metadata.at('links')),
      labels: labelsOf(entity, kind, spec),
    }),
    probes: {},
    needs: dependencies(spec, entity, serviceOf),
    ...(isRenamed ? { notes: [`named apart from others that are called ${entity.name}: it is ${keyOf(entity)}`] } : {}),
  });
}

function dependencies(
  spec: Foreign | undefined,
  from: Entity,
  serviceOf: (of: Entity, by: Foreign) => string,
): readonly string[] {
  const needs: string[] = [];
  for (const reference of spec?.at('dependsOn')?.items() ?? []) {
    const text = reference.text();
    if (text === undefined) continue;
    const [, kind = '', namespace = from.namespace, name = ''] = /^(?:([^:]*):)?(?:([^/]*)\/)?(.*)$/s.exec(text) ?? [];
    if (kind !== '' && !SERVICES.test(kind)) {
      reference.leave('only components and resources can be needed');
      continue;
    }
    needs.push(serviceOf({ kind, namespace, name }, reference));
  }
  return [...new Set(needs)];
}

function isCalled(entity: Entity, { kind, namespace, name }: Entity): boolean {
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  return same(entity.name, name) && same(entity.namespace, namespace) && (kind === '' || same(entity.kind, kind));
}

/** `component:default/payments`, as Backstage writes references in full. */
function keyOf({ kind, namespace, name }: Entity): string {
  return `${kind === '' ? '' : `${kind}:`}${namespace}/${name}`.toLowerCase();
}

function qualified({ namespace, name }: Entity): string {
  return nameOf(`${namespace}-${name}`);
}

function ownerOf(owner: string | undefined): string | undefined {
  return owner?.replace(/^(group|user):/i, '').replace(/^default\//i, '');
}

function runbookOf(links: Foreign | undefined): string | undefined {
  const found = links
    ?.items()
    .find((link) => /runbook|playbook/i.test(`${link.at('title')?.text() ?? ''} ${link.at('type')?.text() ?? ''}`));
  found?.ignore('icon');
  return found?.at('url')?.text();
}

function labelsOf({ namespace }: Entity, kind: string, spec: Foreign | undefined): Record<string, unknown> {
  const of = (key: string): string | undefined => spec?.at(key)?.text();
  return present({
    kind: kind.toLowerCase(),
    namespace: namespace === 'default' ? undefined : namespace,
    type: of('type'),
    lifecycle: of('lifecycle'),
    system: of('system'),
  });
}
