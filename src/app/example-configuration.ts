import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The example that the demo watches: `config/` of this folder where it is there, else the one that was installed with us. */
export function exampleConfiguration(folder: string): string {
  const own = join(folder, 'config');
  return existsSync(join(own, 'tocsin.yaml')) && existsSync(join(own, 'world'))
    ? own
    : join(import.meta.dirname, '..', '..', 'config');
}
