import { stringify } from 'yaml';
import { importBackstage } from './backstage.ts';
import { importBlackbox } from './blackbox.ts';
import { foreignDocuments } from './foreign.ts';
import { importGatus } from './gatus.ts';
import { Gathered } from './imported.ts';
import type { ImportedService, Importer, LeftOut } from './imported.ts';
import { importUptimeKuma } from './uptime-kuma.ts';

const IMPORTERS = {
  backstage: importBackstage,
  blackbox: importBlackbox,
  gatus: importGatus,
  'uptime-kuma': importUptimeKuma,
} satisfies Record<string, Importer>;

/** A program whose configuration can be imported. */
export type ImportFormat = keyof typeof IMPORTERS;

/** All of them. */
export const IMPORT_FORMATS = Object.keys(IMPORTERS) as readonly ImportFormat[];

/** A team file in our language, and what of the other program's files is not in it. */
export interface Import {
  readonly yaml: string;
  readonly services: number;
  readonly left: readonly LeftOut[];
}

/**
 * Turns another program's configuration into a team file of ours. What could not be carried over is listed with
 * its place, and nothing is dropped silently. A file that is no YAML or JSON gives the reason instead.
 */
export function importConfiguration(
  format: ImportFormat,
  files: readonly { readonly file: string; readonly text: string }[],
): { readonly ok: true; readonly imported: Import } | { readonly ok: false; readonly why: readonly string[] } {
  const remarks: LeftOut[] = [];
  const read = files.map(({ file, text }) => foreignDocuments(file, text, remarks));
  const why = read.flatMap((one) => (one.ok ? [] : [one.why]));
  if (why.length > 0) return { ok: false, why };
  const documents = read.flatMap((one) => (one.ok ? one.documents : []));
  const services = new Gathered();
  IMPORTERS[format](documents, services);
  const left = [...remarks, ...documents.flatMap((document) => document.leftovers())].toSorted(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line,
  );
  const all = services.all();
  return { ok: true, imported: { yaml: written(format, all, left), services: all.length, left } };
}

function written(format: ImportFormat, services: readonly ImportedService[], left: readonly LeftOut[]): string {
  const head = [
    `# Imported from ${format}. A draft: say of every need whether it is hard (a plain name), soft or cached, and`,
    '# check what each probe expects. `tocsin check` lists what nobody has decided yet. Comments say what was chosen',
    '# where the other program means something else, and at the end what was not carried over.',
  ];
  const body = services.flatMap((service) => [
    `  # ${comment(`${service.file}:${String(service.line)}`)}`,
    ...(service.notes ?? []).map((note) => `  # ${comment(note)}`),
    ...stringify({ [service.name]: fieldsOf(service) }, { lineWidth: 0 })
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
  ]);
  const rest = left.map(({ file, line, what, why }) => `#   ${comment(`${file}:${String(line)} ${what}: ${why}`)}`);
  return [
    ...head,
    services.length === 0 ? 'services: {}' : 'services:',
    ...body,
    ...(rest.length === 0 ? [] : ['', '# Not carried over:', ...rest]),
    '',
  ].join('\n');
}

function fieldsOf({ fields, probes, needs }: ImportedService): Record<string, unknown> {
  return {
    ...fields,
    ...(needs.length === 0 ? {} : { needs: needs.map((unclassified) => ({ unclassified })) }),
    ...(Object.keys(probes).length === 0 ? {} : { probes }),
  };
}

/** What comes from another file must not end the comment that it stands in. */
function comment(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 300);
}
