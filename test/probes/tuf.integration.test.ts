import { initializeTUFRepo, tufHandlers } from '@tufjs/repo-mock';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { http } from '../../src/probes/http.ts';
import { tuf } from '../../src/probes/tuf.ts';
import type { TufMeasured } from '../../src/probes/tuf/measured.ts';
import { startLoopbackServer } from '../../src/world/loopback-server.ts';
import { SigningKey, TufRepository } from '../servers/tuf-repository.ts';
import { probe, runContext, type ContextWishes } from './run-context.ts';

const targets = ['trusted_root.json'];

function look(mirror: TufRepository, fields: object = {}, wishes: ContextWishes = {}) {
  return probe(tuf, { url: mirror.server.url, root: mirror.root, targets, ...fields }, wishes);
}

/** What a check of the mirror's address and status sees. */
async function shallow(mirror: TufRepository) {
  return (await probe(http, { url: `${mirror.server.url}/timestamp.json` })).judgement.outcome;
}

/** One run with what an earlier one left, and what it leaves itself. */
async function lookAgain(mirror: TufRepository, memory: unknown, fields: object = {}) {
  let left: unknown = 'nothing';
  const options = tuf.schema.parse({ url: mirror.server.url, root: mirror.root, targets, ...fields });
  const remember = (value: unknown): void => void (left = value);
  const measured = JSON.parse(JSON.stringify(await tuf.run(options, { ...runContext(), memory, remember })));
  return { judgement: tuf.judge(measured as TufMeasured, options), left };
}

/** A temporary folder that is this test's alone, and where it looks for temporary folders. */
async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-test-'));
  vi.stubEnv('TMPDIR', folder);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}

describe('a mirror', () => {
  test('that is well passes every step, says what it saw, and leaves no cache behind', async () => {
    const temporary = await temporaryFolder();
    await using mirror = await TufRepository.start();
    const { judgement, measured } = await look(mirror);
    expect(judgement.outcome, judgement.message).toBe('pass');
    expect(judgement.warnings).toEqual([]);
    expect(judgement.steps.map(({ name, kind, outcome }) => `${name} ${kind} ${outcome}`)).toEqual([
      'root reach pass',
      'timestamp read pass',
      'snapshot read pass',
      'targets read pass',
      'target files read pass',
      'versions read pass',
    ]);
    expect(mirror.asked).toEqual([
      '2.root.json',
      'timestamp.json',
      'snapshot.json',
      'targets.json',
      'targets/trusted_root.json',
    ]);
    expect(measured.facts).toMatchObject({
      rootVersion: 1,
      targets: [expect.stringContaining('trusted_root.json sha256:')],
    });
    expect(await readdir(temporary)).toEqual([]);
  });

  test('of the maker of tuf-js passes too', async () => {
    const repository = initializeTUFRepo([{ name: 'trusted_root.json', content: Buffer.from('{}') }]);
    const files = new Map(
      tufHandlers(repository, { metadataPathPrefix: '', targetPathPrefix: '/targets' }).map(({ path, fn }) => [
        path,
        fn,
      ]),
    );
    await using server = await startLoopbackServer({
      name: 'tuf',
      host: '127.0.0.1',
      port: 0,
      handler({ path }) {
        const { statusCode, response } = files.get(path)?.() ?? { statusCode: 404, response: '' };
        return { kind: 'answer', status: statusCode, body: response };
      },
    });
    const root = JSON.stringify(repository.rootMeta.toJSON());
    const { judgement } = await probe(tuf, { url: server.url, root, targets });
    expect(judgement.outcome, judgement.message).toBe('pass');
  });

  test('that cannot be judged because this host has no room for a cache is no fault of the mirror', async () => {
    const temporary = await temporaryFolder();
    await using mirror = await TufRepository.start();
    await rm(temporary, { recursive: true });
    const { measured } = await look(mirror);
    expect(measured.ownFault).toMatchObject({ class: 'probe.resources' });
    expect(mirror.asked).toEqual([]);
  });

  test('with consistent snapshots is asked for numbered metadata and hashed files', async () => {
    await using mirror = await TufRepository.start({ consistentSnapshot: true, version: 7 });
    const { judgement } = await look(mirror);
    expect(judgement.outcome, judgement.message).toBe('pass');
    expect(mirror.asked).toContain('7.snapshot.json');
    expect(mirror.asked.at(-1)).toMatch(/^targets\/[0-9a-f]{64}\.trusted_root\.json$/);
  });

  test('whose timestamp ended serves what no client takes (row 29)', async () => {
    await using mirror = await TufRepository.start({ days: { timestamp: -1 } });
    const { judgement } = await look(mirror);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'freshness.expired_metadata' });
    expect(judgement.steps.find(({ outcome }) => outcome === 'fail')?.name).toBe('timestamp');
    expect(await shallow(mirror)).toBe('pass');
  });

  test.each(['root', 'snapshot', 'targets'] as const)('whose %s metadata ended fails there', async (role) => {
    await using mirror = await TufRepository.start({ days: { [role]: -1 } });
    const { judgement } = await look(mirror);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'freshness.expired_metadata' });
    expect(judgement.steps.find(({ outcome }) => outcome === 'fail')?.name).toBe(role);
    expect(await shallow(mirror)).toBe('pass');
  });

  test('of another root is another repository (row 30)', async () => {
    await using ours = await TufRepository.start();
    await using theirs = await TufRepository.start();
    const { judgement } = await look(theirs, { root: ours.root });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'identity.root_mismatch' });
    expect(await shallow(theirs)).toBe('pass');
  });

  test('that offers a next root of other keys is another repository (row 30)', async () => {
    await using mirror = await TufRepository.start();
    mirror.publishRoot(2, [new SigningKey()]);
    const { judgement } = await look(mirror);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'identity.root_mismatch' });
    expect(judgement.steps[0]).toMatchObject({ name: 'root', outcome: 'fail' });
  });

  test('is followed through roots that the pinned one leads to', async () => {
    await using mirror = await TufRepository.start();
    mirror.publishRoot(2, [mirror.key]);
    mirror.publishRoot(3, [mirror.key]);
    const { judgement, measured } = await look(mirror);
    expect(judgement.outcome, judgement.message).toBe('pass');
    expect(measured.facts['rootVersion']).toBe(3);
  });

  test('that leaves out a root is inconsistent', async () => {
    await using mirror = await TufRepository.start();
    mirror.publishRoot(5, [mirror.key], { file: 2 });
    expect((await look(mirror)).judgement).toMatchObject({ class: 'integrity.consistency_invalid' });
  });

  test('whose timestamp was altered under its own key name has a bad signature', async () => {
    await using mirror = await TufRepository.start();
    const text = mirror.files.get('timestamp.json')?.toString('utf8') ?? '';
    mirror.files.set('timestamp.json', Buffer.from(text.replace('"version":1', '"version":9')));
    expect((await look(mirror)).judgement).toMatchObject({ class: 'integrity.signature_invalid' });
    expect(await shallow(mirror)).toBe('pass');
  });

  test('that is half copied serves a snapshot which the timestamp does not know', async () => {
    await using mirror = await TufRepository.start();
    const old = mirror.files.get('snapshot.json') ?? Buffer.alloc(0);
    mirror.publish({ version: 2 });
    mirror.files.set('snapshot.json', old);
    const { judgement } = await look(mirror);
    expect(judgement).toMatchObject({ class: 'integrity.digest_mismatch' });
    expect(judgement.steps.find(({ outcome }) => outcome === 'fail')?.name).toBe('snapshot');
  });

  test.each([
    ['snapshot.json', 'snapshot', 'integrity.blob_missing'],
    ['targets.json', 'targets', 'integrity.blob_missing'],
    ['targets/trusted_root.json', 'target files', 'integrity.blob_missing'],
    ['timestamp.json', 'timestamp', 'http.4xx'],
  ])('without %s fails at %s', async (file, step, failureClass) => {
    await using mirror = await TufRepository.start();
    mirror.files.delete(file);
    const { judgement } = await look(mirror);
    expect(judgement).toMatchObject({ outcome: 'fail', class: failureClass });
    expect(judgement.steps.find(({ outcome }) => outcome === 'fail')?.name).toBe(step);
  });

  test('whose target file differs, at the same size or not, serves what was not signed', async () => {
    await using mirror = await TufRepository.start();
    mirror.files.set('targets/trusted_root.json', Buffer.from('{"tlogs":{}}'));
    expect((await look(mirror)).judgement).toMatchObject({ class: 'integrity.digest_mismatch' });
    mirror.files.set('targets/trusted_root.json', Buffer.alloc(200_000));
    expect((await look(mirror)).judgement).toMatchObject({ class: 'integrity.digest_mismatch' });
  });

  test('that does not list a target is asked for it in vain', async () => {
    await using mirror = await TufRepository.start();
    const { judgement } = await look(mirror, { targets: ['elsewhere.json'] });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'semantic.missing' });
  });

  test('that answers with a page is no mirror', async () => {
    await using mirror = await TufRepository.start();
    mirror.files.set('2.root.json', Buffer.from('<h1>Back soon</h1>'));
    expect((await look(mirror)).judgement).toMatchObject({ class: 'protocol.malformed' });
    mirror.files.delete('2.root.json');
    mirror.files.set('timestamp.json', Buffer.from('[]'));
    expect((await look(mirror)).judgement).toMatchObject({ class: 'protocol.malformed' });
  });

  test('whose metadata has an end that nobody can read is taken by tuf-js, but not by us', async () => {
    await using mirror = await TufRepository.start({ days: { snapshot: Number.NaN } });
    const { judgement } = await look(mirror);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'freshness.expired_metadata' });
    expect(judgement.steps.find(({ outcome }) => outcome === 'fail')?.name).toBe('snapshot');
  });

  test('that answers with our token is not believed, and nobody reads the token in what is kept', async () => {
    await using mirror = await TufRepository.start();
    const text = mirror.files.get('timestamp.json')?.toString('utf8') ?? '';
    mirror.files.set('timestamp.json', Buffer.from(text.replaceAll(mirror.key.key.keyID, 'a-token')));
    const seen = await look(mirror, { auth: { bearer: 'a-token' } });
    expect(seen.judgement.class).toBe('identity.root_mismatch');
    expect(JSON.stringify(seen)).not.toContain('a-token');
  });

  test('is warned of while a role ends soon, by the margin of that role', async () => {
    await using mirror = await TufRepository.start({ days: { timestamp: 1.5, targets: 10.5, snapshot: 5 } });
    const { judgement } = await look(mirror);
    expect(judgement.outcome).toBe('pass');
    expect(judgement.warnings.map(({ class: c, message }) => `${c} ${message.split(' ')[0]}`)).toEqual([
      'freshness.expired_metadata timestamp',
      'freshness.expired_metadata targets',
    ]);
    expect((await look(mirror, { minDaysLeft: 1 })).judgement.warnings).toEqual([]);
    const margins = { timestamp: 1, targets: 5 };
    expect((await look(mirror, { minDaysLeft: margins })).judgement.warnings).toEqual([]);
  });

  test('at an address that is down among others is partial', async () => {
    await using mirror = await TufRepository.start();
    const url = mirror.server.url.replace('127.0.0.1', 'tuf.test');
    const names = { 'tuf.test': ['127.0.0.1', '127.0.0.2'] };
    expect((await look(mirror, { url }, { names })).judgement).toMatchObject({ class: 'connect.partial' });
  });

  test('keeps its files elsewhere: the other name is looked up, and guarded', async () => {
    await using mirror = await TufRepository.start();
    await using files = await TufRepository.start();
    const targetsUrl = `${files.server.url.replace('127.0.0.1', 'files.test')}/targets`;
    const names = { 'files.test': ['127.0.0.1'] };
    expect((await look(mirror, { targetsUrl }, { names })).judgement.outcome).toBe('pass');
    expect(files.asked).toEqual(['targets/trusted_root.json']);
    const guard = (_address: string, port: number) =>
      port === files.server.port ? ({ allowed: false, reason: 'denied' } as const) : ({ allowed: true } as const);
    const { measured } = await look(mirror, { targetsUrl }, { names, guard });
    expect(measured.ownFault).toMatchObject({ class: 'probe.misconfigured' });
  });
});

describe('versions', () => {
  test('are remembered when every step passed, and may grow or stay', async () => {
    await using mirror = await TufRepository.start({ version: 4 });
    const first = await lookAgain(mirror, null);
    expect(first.left).toMatchObject({ versions: { root: 1, timestamp: 4, snapshot: 4, targets: 4 } });
    expect((await lookAgain(mirror, first.left)).judgement.outcome).toBe('pass');
    mirror.publish({ version: 5 });
    const later = await lookAgain(mirror, first.left);
    expect(later.judgement.outcome).toBe('pass');
    expect(later.left).toMatchObject({ versions: { root: 1, timestamp: 5, snapshot: 5, targets: 5 } });
  });

  test('that go back are a rollback, however well signed, and are not remembered', async () => {
    await using mirror = await TufRepository.start({ version: 4 });
    const before = await lookAgain(mirror, null);
    mirror.publish({ version: 3 });
    const { judgement, left } = await lookAgain(mirror, before.left);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'integrity.rollback' });
    expect(judgement.message).toContain('expected timestamp of version 4 or later');
    expect(judgement.steps.at(-1)).toMatchObject({ name: 'versions', outcome: 'fail' });
    expect(left).toBe('nothing');
    expect(await shallow(mirror)).toBe('pass');
  });

  test('of the root may not go back either: a mirror that lost its new root', async () => {
    await using mirror = await TufRepository.start();
    mirror.publishRoot(2, [mirror.key]);
    const { left } = await lookAgain(mirror, null);
    mirror.files.delete('2.root.json');
    expect((await lookAgain(mirror, left)).judgement).toMatchObject({ class: 'integrity.rollback' });
  });

  test('are forgotten with the pin: another root may be of another repository', async () => {
    await using before = await TufRepository.start({ version: 9 });
    await using after = await TufRepository.start({ version: 2 });
    const { left } = await lookAgain(before, null);
    expect((await lookAgain(after, left)).judgement.outcome).toBe('pass');
  });

  test('of a run that failed are not remembered', async () => {
    await using mirror = await TufRepository.start();
    mirror.files.delete('targets/trusted_root.json');
    expect((await lookAgain(mirror, null)).left).toBe('nothing');
  });
});
