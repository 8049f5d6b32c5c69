import type { Foreign } from './foreign.ts';
import { nameOf, present } from './imported.ts';
import type { Gathered, Importer } from './imported.ts';

/** Entities that run, and so can fail. */
const SERVICES = /^(component|resource)$/i;

/**
 * Backstage's catalog (backstage.io/docs/features/software-catalog/descriptor-format): components and resources
 * become services, `dependsOn` needs that nobody has classified, systems labels. What is depended on and not in the
 * files is declared as external.
 */
export const importBackstage: Importer = (documents, services) => {
  const wanted = new Map<string, Foreign>();
  for (const entity of documents) {
    const kind = entity.at('kind')?.text() ?? '';
    entity.ignore('apiVersion');
    const metadata = entity.at('metadata');
    const name = metadata?.at('name')?.text();
    if (!SERVICES.test(kind) || metadata === undefined || name === undefined) {
      entity.leave(`a ${kind === '' ? 'document without a kind' : kind} is no service`);
      continue;
    }
    metadata.ignore('namespace');
    const spec = entity.at('spec');
    const needs = dependencies(spec, wanted);
    services.add({
      name: nameOf(name),
      file: entity.file,
      line: entity.line,
      fields: present({
        title: metadata.at('title')?.text(),
        description: metadata.at('description')?.text(),
        owner: ownerOf(spec?.at('owner')?.text()),
        runbook: runbookOf(metadata.at('links')),
        labels: labelsOf(kind, spec),
      }),
      probes: {},
      needs,
    });
  }
  declareTheRest(wanted, services);
};

function dependencies(spec: Foreign | undefined, wanted: Map<string, Foreign>): readonly string[] {
  const needs: string[] = [];
  for (const reference of spec?.at('dependsOn')?.items() ?? []) {
    const text = reference.text() ?? '';
    if (!/^(component|resource):/i.test(text) && text.includes(':')) {
      reference.leave('only components and resources can be needed');
      continue;
    }
    const name = entityName(text);
    needs.push(name);
    if (!wanted.has(name)) wanted.set(name, reference);
  }
  return [...new Set(needs)];
}

function declareTheRest(wanted: ReadonlyMap<string, Foreign>, services: Gathered): void {
  for (const [name, reference] of wanted) {
    if (services.has(name)) continue;
    const { file, line } = reference;
    services.add({ name, file, line, fields: { external: true }, probes: {}, needs: [] });
  }
}

/** `component:default/payments`, `resource:db`, `payments`: the last part. */
function entityName(reference: string): string {
  return nameOf(reference.replace(/^[^:]*:/, '').replace(/^.*\//, ''));
}

function ownerOf(owner: string | undefined): string | undefined {
  return owner?.replace(/^(group|user):/i, '').replace(/^.*\//, '');
}

function runbookOf(links: Foreign | undefined): string | undefined {
  const found = links
    ?.items()
    .find((link) => /runbook|playbook/i.test(`${link.at('title')?.text() ?? ''} ${link.at('type')?.text() ?? ''}`));
  found?.ignore('icon');
  return found?.at('url')?.text();
}

function labelsOf(kind: string, spec: Foreign | undefined): Record<string, unknown> {
  const of = (key: string): string | undefined => spec?.at(key)?.text();
  return present({ kind: kind.toLowerCase(), type: of('type'), lifecycle: of('lifecycle'), system: of('system') });
}
