import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schema } from '../../src/app/reference.ts';
import { startLanguageServer } from '../servers/yaml-language-server.ts';
import type { LanguageServer } from '../servers/yaml-language-server.ts';

let folder: string;
let server: LanguageServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-editor-'));
  const file = join(folder, 'tocsin.schema.json');
  await writeFile(file, JSON.stringify(schema()));
  server = await startLanguageServer(pathToFileURL(file).href);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const uriOf = (name: string): string => pathToFileURL(join(folder, name)).href;

describe('an editor with yaml-language-server and our schema', () => {
  test('marks nothing in a file that is right', async () => {
    expect(
      await server.open(uriOf('right.yaml'), 'services:\n  pay: { external: true, probe: https://pay.example/ }\n'),
    ).toEqual([]);
  });

  test('marks a wrong key at its place', async () => {
    const marks = await server.open(uriOf('key.yaml'), 'services:\n  pay:\n    exernal: true\n');
    expect(marks[0]?.message).toContain('exernal');
    expect(marks[0]?.range.start).toEqual({ line: 2, character: 4 });
  });

  test('marks a wrong key of a kind of probe', async () => {
    const text = 'services:\n  pay:\n    probes:\n      web: { kind: http, url: "https://pay.example/", metod: GET }\n';
    const marks = await server.open(uriOf('kind.yaml'), text);
    expect(marks.map(({ message }) => message).join()).toContain('metod');
  });

  test('says on hover what a field is', async () => {
    const uri = uriOf('hover.yaml');
    await server.open(uri, 'services:\n  pay:\n    detectWithin: 2m\n');
    expect(await server.hover(uri, 2, 6)).toContain('a promise');
  });

  test('completes keys, and the kinds of probes', async () => {
    const uri = uriOf('complete.yaml');
    await server.open(uri, 'services:\n  pay:\n    external: true\n    \n    probes:\n      web:\n        kind: \n');
    expect(await server.complete(uri, 3, 4)).toEqual(expect.arrayContaining(['detectWithin', 'needs', 'runbook']));
    expect(await server.complete(uri, 6, 14)).toEqual(expect.arrayContaining(['http', 'rekor', 'tls']));
  });
});
