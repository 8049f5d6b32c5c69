import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkConfiguration, checkWithoutSecrets } from '../../src/app/check-configuration.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-secrets-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function written(auth: string): Promise<readonly string[]> {
  const file = join(folder, 'tocsin.yaml');
  await writeFile(file, `services:\n  a: { probes: { p: { kind: http, url: https://a.example, ${auth} } } }\n`);
  return [file];
}

test.each([
  ['auth: { bearer: "${env:TOKEN}" }', 'config/missing-variable'],
  ['auth: { bearer: "${file:token}" }', 'config/missing-file'],
])('%s is an error, and taken as given without secrets', async (auth, code) => {
  const paths = await written(auth);
  expect((await checkConfiguration(paths, {})).findings.map((f) => f.code)).toContain(code);
  const { configuration, findings } = await checkWithoutSecrets(paths, {});
  expect(configuration).toBeDefined();
  expect(findings.map((f) => f.code)).not.toContain(code);
});

test('what is set is looked at without secrets too', async () => {
  const paths = await written('every: "${env:EVERY}"');
  expect((await checkWithoutSecrets(paths, { EVERY: '30s' })).configuration).toBeDefined();
  expect((await checkWithoutSecrets(paths, { EVERY: 'often' })).configuration).toBeUndefined();
});
