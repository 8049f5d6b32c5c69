import { importConfiguration } from '../config/import/import-configuration.ts';
import type { Import, ImportFormat } from '../config/import/import-configuration.ts';
import { configurationFiles } from './configuration-files.ts';

export { IMPORT_FORMATS } from '../config/import/import-configuration.ts';
export type { ImportFormat } from '../config/import/import-configuration.ts';

/** An export of a large Uptime Kuma has some megabytes. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Reads files, and folders for their YAML, and imports them. Rejects with `ConfigError` for what cannot be read. */
export async function importFiles(
  format: ImportFormat,
  paths: readonly string[],
): Promise<{ readonly ok: true; readonly imported: Import } | { readonly ok: false; readonly why: readonly string[] }> {
  const files: { file: string; text: string }[] = [];
  for (const path of paths) {
    const listing = await configurationFiles.list(path);
    for (const file of listing.kind === 'file' ? [listing.file] : listing.files) {
      files.push({ file, text: await configurationFiles.text(file, MAX_BYTES) });
    }
  }
  return importConfiguration(format, files);
}
