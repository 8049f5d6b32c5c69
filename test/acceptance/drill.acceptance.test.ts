import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runToEnd } from '../package/package.ts';
import type { Ended } from '../package/package.ts';
import { startHttpReceiver } from '../servers/http-receiver.ts';
import type { HttpReceiver } from '../servers/http-receiver.ts';

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');

let folder: string;
let hook: HttpReceiver;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-drill-'));
  hook = await startHttpReceiver({ kind: 'answer', status: 200, body: '{}' });
  await writeFile(join(folder, 'tocsin.yaml'), configuration(hook.url));
});

afterAll(async () => {
  await hook[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const configuration = (url: string): string => `
channels: { hook: { kind: webhook, url: '${url}/hook' } }
services:
  db: { owner: dba, tier: 0, probe: 'http://127.0.0.1:1/health' }
  shop: { owner: web, tier: 0, needs: [db], probe: 'http://127.0.0.1:1/shop' }
  attic: { owner: web, tier: 3, probe: 'http://127.0.0.1:1/attic' }
`;

/** Runs the command as `npm run tocsin` does, in the test's folder. */
function tocsin(...words: readonly string[]): Promise<Ended> {
  return runToEnd(process.execPath, [MAIN, ...words], { cwd: folder, env: { ...process.env, NO_COLOR: '1' } });
}

describe('tocsin drill', () => {
  test('prints every message with time, channel and text in 80 columns, and sends none', async () => {
    const { code, stdout } = await tocsin('drill', 'db');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\+\d+ s {2}page by hook$/m);
    expect(stdout).toMatch(/^\+\d+ (?:s|min.*) {2}resolve by hook$/m);
    expect(stdout).toContain('drill, nothing is broken: db is refusing connections');
    expect(stdout).toContain('1 page, the first after');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(hook.requests.length).toBe(0);
  });

  test('says loudly that nobody would be paged, and ends with 1', async () => {
    const { code, stdout } = await tocsin('drill', 'attic');
    expect(code).toBe(1);
    expect(stdout).toContain('NOBODY WOULD BE PAGED');
    expect(stdout).toContain('attic is only a ticket: tier 3');
  });

  test('gives the messages as JSON, and ends with 2 for what is not there', async () => {
    const { stdout } = await tocsin('drill', 'db', '--class', 'http.5xx', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      paged: true,
      messages: [
        { channel: 'hook', notification: { event: 'page', drill: true, incident: { root: { class: 'http.5xx' } } } },
        { channel: 'hook', notification: { event: 'resolve', drill: true } },
      ],
    });
    expect((await tocsin('drill', 'nothing')).code).toBe(2);
    expect((await tocsin('drill', 'db', '--class', 'http.9xx')).code).toBe(2);
  });

  test('with --send sends them once each, marked as a drill, about incidents of their own', async () => {
    const { code, stdout } = await tocsin('drill', 'db', '--send');
    expect(code).toBe(0);
    expect(stdout).toMatch(/sent page by hook: delivered/);
    const bodies = hook.requests.map(
      (r) => JSON.parse(r.body) as { event: string; drill: boolean; incident: { id: string } },
    );
    expect(bodies.map((b) => `${b.event} ${String(b.drill)}`)).toEqual(['page true', 'resolve true']);
    expect(new Set(bodies.map((b) => b.incident.id)).size).toBe(1);
    expect(bodies[0]?.incident.id).toMatch(/^drill-\d+-db-1$/);
  });
});
