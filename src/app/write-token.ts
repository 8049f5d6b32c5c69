import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '../model/secret.ts';

/** The file in the data folder, readable by its owner alone, that holds the token for writing where none is configured. */
const TOKEN_FILE = 'api-token';

/** The write token of a data folder where there is one that we may read; undefined elsewhere. */
export async function readWriteToken(dataFolder: string): Promise<string | undefined> {
  return readFile(join(dataFolder, TOKEN_FILE), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}

/** The write token of a data folder: made at first start, the same ever after. */
export async function writeToken(dataFolder: string): Promise<Secret> {
  const file = join(dataFolder, TOKEN_FILE);
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return new Secret((await readFile(file, 'utf8')).trim());
}
