import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkRevision } from '../../../src/app/check-configuration.ts';
import { runToEnd } from '../../package/package.ts';
import type { Ended } from '../../package/package.ts';

const MAIN = resolve(import.meta.dirname, '../../../src/cli/main.ts');
const ROOT = `vantage: { anchors: [{ tcp: 192.0.2.1:443 }] }
channels: { hook: { kind: webhook, url: http://127.0.0.1:9/hook } }
owner: team
`;
const team = (needs: string): string => `services:
  rekor: { tier: 2, probes: { p: { kind: tcp, host: rekor.example, port: 443 } } }
  cd: { tier: 2, capabilities: { deploy: { needs: [${needs}] } } }
`;

let folder: string;
const git = (...words: readonly string[]): string =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...words], {
    encoding: 'utf8',
    timeout: 20_000,
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-since-'));
  await mkdir(join(folder, 'config/teams'), { recursive: true });
  await writeFile(join(folder, 'config/tocsin.yaml'), `${ROOT}services:\n  web: { tier: 2, external: true }\n`);
  await writeFile(join(folder, 'config/teams/a.yaml'), team(''));
  git('init', '-q');
  git('add', '.');
  git('commit', '-q', '-m', 'before');
  await writeFile(join(folder, 'config/teams/a.yaml'), `${team('rekor, web')}`);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function tocsin(...words: readonly string[]): Promise<Ended> {
  return runToEnd(process.execPath, [MAIN, ...words], { cwd: folder, env: { ...process.env, NO_COLOR: '1' } });
}

describe('tocsin check --changed-since', () => {
  test('says what is new and whom a failure now also takes down', async () => {
    const { code, stdout } = await tocsin('check', '--changed-since', 'HEAD');
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      'Impact',
      '  a failure of rekor.up now also takes down cd.deploy',
      '  a failure of web.up now also takes down cd.deploy',
    ]);
    expect(stdout).toContain('config/teams/a.yaml:3:59: warning coverage/unprobed: web.up is needed hard by');
    expect(stdout).toContain('new since HEAD');
    expect(code).toBe(0);
  });

  test('gives the same as JSON, with what is gone', async () => {
    const { stdout } = await tocsin('check', '--changed-since', 'HEAD', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      warnings: 1,
      findings: [{ code: 'coverage/unprobed', subject: 'web.up' }],
      changes: {
        since: 'HEAD',
        gone: [],
        impact: [
          { failing: 'rekor.up', hit: 'cd.deploy', before: null, now: { state: 'down', afterMs: 0 } },
          { failing: 'web.up', hit: 'cd.deploy' },
        ],
      },
    });
  });

  test('ends with 2 and one line where there is no such revision, whatever it is called', async () => {
    for (const revision of ['no-such-branch', '--output=x']) {
      const { code, stdout, stderr } = await tocsin('check', `--changed-since=${revision}`);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(`${revision} in the git repository`);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });

  test('reads a folder as git has it: team files by their role, also those that are gone by now', async () => {
    await rm(join(folder, 'config/teams'), { recursive: true });
    const { configuration, findings } = await checkRevision('HEAD', [join(folder, 'config')], {});
    expect(findings).toEqual([]);
    expect(configuration?.services.map((service) => service.id)).toEqual(['cd', 'rekor', 'web']);
  });
});
