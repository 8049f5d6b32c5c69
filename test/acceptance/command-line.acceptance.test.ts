import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runToEnd } from '../package/package.ts';
import type { Ended } from '../package/package.ts';
import { startTocsin } from '../servers/daemon.ts';
import { startHttpReceiver } from '../servers/http-receiver.ts';
import type { HttpReceiver } from '../servers/http-receiver.ts';

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');

let folder: string;
let target: HttpReceiver;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-cli-'));
  target = await startHttpReceiver({ kind: 'answer', status: 200, body: '{"ok":true}' });
  await writeFile(join(folder, 'good.yaml'), good(target.url));
  await writeFile(join(folder, 'bad.yaml'), 'services:\n  shop:\n    needs: [paymets]\n  payments: {}\n');
});

afterAll(async () => {
  await target[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const good = (url: string): string => `
server: { owner: sre }
vantage: { anchors: [{ tcp: 127.0.0.1:1 }] }
channels: { hook: { kind: webhook, url: 'http://127.0.0.1:9/hook' } }
services:
  db:
    owner: dba
    tier: 2
    probe: ${url}/health
  shop:
    owner: web
    tier: 2
    needs: [db]
    probe: ${url}/shop
`;

/** Runs the command as `npm run tocsin` does, in the test's folder. */
function tocsin(...words: readonly string[]): Promise<Ended> {
  return runToEnd(process.execPath, [MAIN, ...words], { cwd: folder, env: { ...process.env, NO_COLOR: '1' } });
}

describe('tocsin check', () => {
  test('says nothing is wrong and ends with 0', async () => {
    const { code, stdout } = await tocsin('check', 'good.yaml');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'clean: nothing to say about 1 file\n' });
  });

  test('says every mistake with its place and a suggestion, and ends with 2', async () => {
    const { code, stdout } = await tocsin('check', 'bad.yaml');
    expect(code).toBe(2);
    expect(stdout).toContain('bad.yaml:3:13: error config/unknown-service');
    expect(stdout).toContain('did you mean payments');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  test('gives the findings as JSON, places flat beside the rest', async () => {
    const { code, stdout } = await tocsin('check', 'bad.yaml', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      errors: 1,
      findings: [{ severity: 'error', file: 'bad.yaml', line: 3, column: 13, endLine: 3 }],
    });
  });
});

test.each([['check'], ['run'], ['graph']])(
  '%s without a configuration says where it looked, and what to do',
  async (verb) => {
    const empty = await mkdtemp(join(folder, 'empty-'));
    const { code, stderr } = await runToEnd(process.execPath, [MAIN, verb], { cwd: empty, env: process.env });
    expect(code).toBe(2);
    expect(stderr).toContain(`${empty}: there is neither ./config nor ./tocsin.yaml`);
    expect(stderr).toContain('--config');
    expect(stderr).not.toContain('    at ');
  },
);

test.each([
  [':1', 'ask :1: not the URL of a daemon; write it like http://127.0.0.1:9700'],
  ['http://127.0.0.1:1', 'this port is reserved for another protocol'],
  ['ftp://127.0.0.1', 'not the URL of a daemon'],
])('status of %s says what is wrong with it in one line, and ends with 1', async (url, words) => {
  const { code, stderr } = await tocsin('status', '--url', url);
  expect(code).toBe(1);
  expect(stderr).toContain(words);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

describe('tocsin init', () => {
  test('writes a commented file that check accepts, and never over one', async () => {
    const first = await tocsin(
      'init',
      'started.yaml',
      '--owner',
      'sre',
      '--target',
      target.url,
      '--page',
      'sre@a.example',
    );
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('started.yaml is written') as string });
    const text = await readFile(join(folder, 'started.yaml'), 'utf8');
    expect(text.match(/#/g)?.length).toBeGreaterThan(5);
    expect(await tocsin('check', 'started.yaml', '--strict')).toMatchObject({ code: 0 });
    const second = await tocsin('init', 'started.yaml', '--owner', 'other');
    expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining('it is there already') as string });
    expect(await readFile(join(folder, 'started.yaml'), 'utf8')).toBe(text);
  });

  test('takes answers as text, and writes nothing where they are no answers', async () => {
    const odd = await tocsin('init', 'odd.yaml', '--owner', 'a: [b, "c" # {', '--page', 'https://hook.example/x');
    expect(odd.code).toBe(0);
    expect(await tocsin('check', 'odd.yaml')).toMatchObject({ code: 0 });
    const wrong = await tocsin('init', 'wrong.yaml', '--target', 'pay.example/health');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('probe must be a URL') as string });
    expect(wrong.stderr).toContain('nothing was written');
    await expect(readFile(join(folder, 'wrong.yaml'))).rejects.toThrow('ENOENT');
  });
});

describe('tocsin import', () => {
  test('writes a draft to a new file, and says on stderr what it left out', async () => {
    const samples = resolve(import.meta.dirname, '../config/import/samples');
    const catalog = join(samples, 'backstage.yaml');
    const { code, stdout, stderr } = await tocsin('import', 'backstage', catalog, '--out', 'catalog.yaml');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain(`${catalog}:23: spec.consumesApis: `);
    expect(stderr).toMatch(/3 services imported, \d+ things left out\n$/);
    const checked = await tocsin('check', 'catalog.yaml', '--json');
    expect(checked.stdout).toContain('need/unclassified');
    expect(checked.stdout).not.toContain('config/');
    expect((await tocsin('import', 'backstage', catalog, '--out', 'catalog.yaml')).code).toBe(2);
  });

  test('ends with 2 for a format that it does not know, naming those that it does', async () => {
    const { code, stderr } = await tocsin('import', 'nagios', 'good.yaml');
    expect(code).toBe(2);
    expect(stderr).toContain('backstage, blackbox, gatus, uptime-kuma');
  });
});

describe('tocsin probe', () => {
  test('prints a transcript and ends with 0 where it passes', async () => {
    const { code, stdout } = await tocsin('probe', 'db/http', '-c', 'good.yaml');
    expect(code).toBe(0);
    expect(stdout).toContain('● pass  db/http');
    expect(stdout).toMatch(/phases {2}.*firstByte/);
  });

  test('ends with 1 where it fails, and says what was expected and what came', async () => {
    const { code, stdout } = await tocsin(
      'probe',
      '--kind',
      'http',
      '--set',
      `url=${target.url}/`,
      '--set',
      'expect.contains=nothing like it',
    );
    expect(code).toBe(1);
    expect(stdout).toContain('expected');
    expect(stdout).toContain('got');
  });

  test('gives the run as JSON', async () => {
    const { stdout } = await tocsin('probe', 'db/http', '-c', 'good.yaml', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      probe: 'db/http',
      outcome: 'pass',
      address: '127.0.0.1',
      steps: [{ outcome: 'pass' }, { outcome: 'pass' }],
    });
  });

  test('ends with 2 for a probe that is not there, and names those that are', async () => {
    const { code, stderr } = await tocsin('probe', 'db/nothing', '-c', 'good.yaml');
    expect(code).toBe(2);
    expect(stderr).toContain('there are: db/http, shop/http');
  });
});

describe('tocsin impact, graph, schema, kinds, run --once', () => {
  test('impact says who is hit and who is told', async () => {
    const { stdout } = await tocsin('impact', 'db', '-c', 'good.yaml', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      down: [{ capability: 'shop.up', owner: 'web', via: ['db.up'] }],
      notify: [{ channel: 'hook', event: 'page', after: '5m' }],
    });
  });

  test('graph draws the graph for other programs', async () => {
    expect((await tocsin('graph', '-c', 'good.yaml', '--format', 'mermaid')).stdout).toContain(
      'shop_up["shop.up"] --> db_up["db.up"]',
    );
    expect((await tocsin('graph', '-c', 'good.yaml', '--format', 'dot')).stdout).toContain(
      '"shop.up" -> "db.up" [style=solid];',
    );
  });

  test('schema is JSON Schema, and kinds names every kind', async () => {
    expect(JSON.parse((await tocsin('schema')).stdout)).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
    });
    const { stdout } = await tocsin('kinds');
    for (const kind of ['http', 'dns', 'tcp', 'tls', 'rekor', 'heartbeat', 'webhook', 'email', 'pagerduty'])
      expect(stdout).toContain(kind);
  });

  test('run --once runs every probe once and ends', async () => {
    const { code, stdout } = await tocsin('run', '--once', '-c', 'good.yaml');
    expect(code).toBe(0);
    expect(stdout).toContain('2 probes, 0 not passing');
  });

  test('an unknown verb ends with 2', async () => {
    expect((await tocsin('rum')).code).toBe(2);
  });
});

describe('tocsin run', () => {
  test('refuses a data folder that another daemon uses, naming it', async () => {
    await using running = await startTocsin(good(target.url));
    await running.ready();
    const { code, stderr } = await tocsin(
      'run',
      '-c',
      'good.yaml',
      '--data',
      join(running.folder, 'data'),
      '--listen',
      '127.0.0.1:0',
    );
    expect(code).toBe(2);
    expect(stderr).toContain(join(running.folder, 'data'));
    expect(stderr).toMatch(/in use|uses/);
  });

  test('refuses a file as its data folder, and so do those who read one', async () => {
    const file = join(folder, 'good.yaml');
    const words = `the data folder ${file} is a file`;
    const run = await tocsin('run', '-c', 'good.yaml', '--data', file, '--listen', '127.0.0.1:0');
    expect({ code: run.code, said: run.stderr.includes(words) }).toEqual({ code: 2, said: true });
    const status = await tocsin('status', '--data', file);
    expect({ code: status.code, said: status.stderr.includes(words) }).toEqual({ code: 1, said: true });
  });

  test('says at its start whose failure would reach nobody', async () => {
    await using running = await startTocsin(good(target.url).replace(/^channels:.*$/m, ''));
    await running.ready();
    const lines = running.output().split('\n');
    const told = lines.filter((line) => line.includes('page/none'));
    expect(told).toHaveLength(2);
    expect(told[0]).toContain('"level":"warn"');
    expect(told[0]).toContain('a failure of db');
  });

  test('status, incidents and history read a running daemon and its data folder alike', async () => {
    await using running = await startTocsin(good(target.url));
    await running.ready();
    const data = join(running.folder, 'data');
    expect((await tocsin('status', '--url', running.url)).stdout).toMatch(/● nothing is wrong[^]*shop +● up/);
    expect((await tocsin('status', '--data', data)).stdout).toMatch(/● nothing is wrong[^]*shop +● up/);
    expect((await tocsin('history', 'db/http', '--url', running.url)).stdout).toContain('● pass');
    expect((await tocsin('history', 'db/http', '--data', data)).stdout).toContain('● pass');
    expect((await tocsin('incidents', '--url', running.url)).stdout).toContain('no incidents yet');
  });

  test('takes a changed file, and refuses an invalid one without losing the one before', async () => {
    await using running = await startTocsin(good(target.url));
    await running.ready();
    await running.write(
      good(target.url).replace('  shop:', '  extra: { tier: 3, owner: web, probe: ' + target.url + '/extra }\n  shop:'),
    );
    await until(running.url, '/services', (body) => body.includes('"extra"'));
    await running.write('services: { shop: { needs: [nobody] } }');
    await until(running.url, '/status', (body) => body.includes('refused'));
    expect(await get(running.url, '/services')).toContain('"extra"');
    expect(await get(running.url, '/incidents')).toContain('tocsin.yaml:1:');
    await running.write(good(target.url));
    await until(running.url, '/services', (body) => !body.includes('"extra"'));
    await until(running.url, '/status', (body) => !body.includes('refused'));
  });
});

describe('an operator’s word', () => {
  test('is brought to a running daemon, with the token of its data folder, and stands in its log', async () => {
    await using running = await startTocsin(good(target.url));
    await running.ready();
    const where = ['--url', running.url, '--data', join(running.folder, 'data')];
    const silenced = await tocsin('silence', '--service', 'db', '--until', '30m', '--reason', 'being moved', ...where);
    expect(silenced.stdout).toMatch(/^silence-\S+: service db silenced until .*: being moved\n$/);
    expect((await tocsin('silence', '--list', ...where)).stdout).toMatch(/service db +until \S+ \(soon\) +data folder/);
    const [id = ''] = silenced.stdout.split(':');
    expect(await tocsin('silence', '--end', id, ...where)).toMatchObject({ code: 0, stdout: `${id} ended\n` });
    const planned = await tocsin('maintenance', 'db', '--until', '1h', '--reason', 'upgrade', ...where);
    expect(planned.stdout).toContain('held with it: shop.up');
    expect((await tocsin('maintenance', '--list', ...where)).stdout).toContain('upgrade');
    expect((await tocsin('change', 'db', 'new', 'disks', ...where)).stdout).toContain(': new disks');
    expect(await get(running.url, '/changes')).toContain('new disks');
  });

  test('channels are tested by a real message, and one that does not take it ends with 1', async () => {
    await using running = await startTocsin(good(target.url).replace('http://127.0.0.1:9/hook', 'HOOK_URL'));
    await running.ready();
    const where = ['--url', running.url, '--data', join(running.folder, 'data')];
    const tested = await tocsin('channels', 'test', ...where);
    expect(tested).toMatchObject({ code: 0, stderr: '' });
    expect(tested.stdout).toMatch(/^hook delivered/);
    expect(running.messages().map(({ event }) => event)).toContain('test');
    expect((await tocsin('channels', ...where)).stdout).toMatch(/hook +webhook +test delivered/);
    await running.write(good(target.url));
    await until(running.url, '/status', (body) => !body.includes('refused'));
  });

  test('that makes no sense is refused in one line', async () => {
    await using running = await startTocsin(good(target.url));
    await running.ready();
    const where = ['--url', running.url, '--data', join(running.folder, 'data')];
    const stranger = await tocsin('ack', 'nope-1', ...where);
    expect(stranger).toMatchObject({ code: 1, stdout: '' });
    expect(stranger.stderr).toMatch(/404 there is no incident nope-1\n$/);
    expect(await tocsin('silence', '--service', 'db', '--until', '1h', ...where)).toMatchObject({
      code: 2,
      stderr: 'a silence needs --reason\n',
    });
    const denied = await tocsin('close', 'nope-1', '--url', running.url, '--data', 'nowhere');
    expect(denied.code).toBe(1);
    expect(denied.stderr).toContain('--token or TOCSIN_TOKEN');
  });
});

async function get(url: string, route: string): Promise<string> {
  const response = await fetch(`${url}/api/v1${route}`, { signal: AbortSignal.timeout(5000) });
  return response.text();
}

/** Asks until it is so; the test's own deadline ends it. */
async function until(url: string, route: string, so: (body: string) => boolean): Promise<void> {
  while (!so(await get(url, route))) await new Promise((done) => setTimeout(done, 50));
}

describe('tocsin verify', () => {
  test('ends with 0 when the service and what needs it go on passing', async () => {
    const { code, stdout } = await tocsin('verify', 'db', '--dependents', '--for', '1ms', '-c', 'good.yaml', '--json');
    expect(code).toBe(0);
    const probes = [{ probe: 'db/http' }, { probe: 'shop/http' }];
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'held', probes });
  });

  test('ends with 1 at a confirmed failure, with the transcript of the run that failed', async () => {
    await writeFile(join(folder, 'broken.yaml'), good('http://127.0.0.1:1'));
    const { code, stdout } = await tocsin('verify', 'db', '--for', '10m', '-c', 'broken.yaml');
    expect(code).toBe(1);
    expect(stdout).toContain('■ fail  db/http');
    expect(stdout).toContain('connect.refused');
  });

  test('a service that does not exist is named, and ends with 2', async () => {
    const { code, stderr } = await tocsin('verify', 'bd', '-c', 'good.yaml');
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'there is no service bd\n' });
  });
});
