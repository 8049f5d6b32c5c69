import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkConfiguration } from '../../src/app/check-configuration.ts';
import { answerImpact } from '../../src/core/impact/answer-impact.ts';
import type { Mode } from '../../src/model/failure.ts';
import type { CapabilityId } from '../../src/model/ids.ts';
import type { ImpactView } from '../../src/model/view.ts';

const HOUR = 3_600_000;
/** When drills are judged. */
const NOW = Date.UTC(2026, 10, 22);

async function impact(
  example: string,
  capabilities: readonly string[],
  more: { mode?: Mode; afterMs?: number } = {},
): Promise<ImpactView> {
  const { configuration } = await checkConfiguration([resolve(import.meta.dirname, '../../examples', example)], {
    KV_TOKEN: 'x',
  });
  if (configuration === undefined) throw new Error(`${example} is not valid`);
  const answer = answerImpact(
    { configuration, states: new Map(), now: 1_000 * HOUR },
    { capabilities: capabilities as CapabilityId[], ...more },
  );
  if ('kind' in answer) throw new Error(answer.message);
  return answer;
}

const names = (items: readonly { readonly capability: string }[]): string[] => items.map((i) => i.capability);

describe('the store that answered 401', () => {
  test("its impact is the public report's table, product by product", async () => {
    const view = await impact('workers-kv.yaml', ['kv.read', 'kv.write'], { mode: 'wrong' });
    expect(names(view.down)).toEqual([
      'access.certs',
      'access.login',
      'access.posture',
      'ai-gateway.proxy',
      'ci.secrets',
      'dashboard.deploys',
      'dashboard.flags',
      'images.api',
      'pages.deploy',
      'pages.serve',
      'turnstile.challenge',
      'turnstile.widget',
      'waiting-room.enforce',
      'warp.enroll',
      'warp.policy',
      'workers.upload',
    ]);
    expect(names(view.degraded)).toEqual(['dashboard.ui', 'purge.single']);
    expect(view.unaffected).toEqual([
      'access.session',
      'ci.run',
      'edge-routes.push',
      'images.delivery',
      'purge.by-tag',
      'waiting-room.traffic',
      'warp.enrolled',
      'workers.run',
    ]);
  });

  test('both ways out that need nobody in the data centre go through Access, which needs the store', async () => {
    const view = await impact('workers-kv.yaml', ['kv.read'], { mode: 'wrong' });
    expect(view.recovery.map((r) => `${r.name}: ${r.state} ${r.blockedBy.join(' → ')}`)).toEqual([
      'revert from the dashboard: blocked dashboard.deploys → access.login → kv.read',
      'automatic rollback by CI: blocked ci.secrets → access.login → kv.read',
      'edit the edge routes by hand: unproven ',
    ]);
  });

  const WORKERS_KV = resolve(import.meta.dirname, '../../examples/workers-kv.yaml');

  test('check says before any fault that only break-glass recovers it, and shows both paths through Access', async () => {
    const { findings } = await checkConfiguration([WORKERS_KV], { KV_TOKEN: 'x' }, NOW);
    const found = findings.filter((f) => /^recovery\/(?!undeclared)/.test(f.code));
    expect(found.map((f) => [f.severity, f.code, f.subject, f.message])).toEqual([
      [
        'warning',
        'recovery/break-glass-only',
        'kv.read',
        'only break-glass recovers kv while kv.read is down ("edit the edge routes by hand", never drilled): "revert from the dashboard" needs dashboard.deploys → access.login → kv.read; "automatic rollback by CI" needs ci.secrets → access.login → kv.read',
      ],
    ]);
    expect(found[0]?.proofs?.map((proof) => proof.edges.map((e) => `${e.from} → ${e.to}`))).toEqual([
      ['revert from the dashboard → dashboard.deploys', 'dashboard.deploys → access.login', 'access.login → kv.read'],
      ['automatic rollback by CI → ci.secrets', 'ci.secrets → access.login', 'access.login → kv.read'],
    ]);
  });

  test('without the break-glass line it is an error', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tocsin-example-'));
    const text = await readFile(WORKERS_KV, 'utf8');
    await writeFile(
      join(folder, 'tocsin.yaml'),
      text
        .split('\n')
        .filter((line) => !line.includes('breakGlass'))
        .join('\n'),
    );
    const { findings } = await checkConfiguration([folder], { KV_TOKEN: 'x' }, NOW);
    await rm(folder, { recursive: true });
    const left = findings.filter((f) => /^recovery\/(?!undeclared)/.test(f.code));
    expect(left.map((f) => `${f.severity} ${f.code} ${f.subject}`)).toEqual(['error recovery/none kv.read']);
  });
});

describe('the signing service before every deploy', () => {
  test('without Rekor nothing can be signed or deployed; verification goes on', async () => {
    const view = await impact('image-signing.yaml', ['rekor.append']);
    expect(names(view.down)).toEqual(['cd.deploy', 'dis.sign']);
    expect(view.unaffected).toContain('dis.verify');
  });

  test('without the policy store signing is at risk for ten minutes, and then down', async () => {
    const soon = await impact('image-signing.yaml', ['policy.read'], { afterMs: 5 * 60_000 });
    expect(soon.atRisk.map((i) => `${i.capability} ${i.until}`)).toEqual(['cd.deploy +10m', 'dis.sign +10m']);
    const later = await impact('image-signing.yaml', ['policy.read'], { afterMs: 15 * 60_000 });
    expect(names(later.down)).toEqual(['cd.deploy', 'dis.sign']);
  });

  test("without Harbor's database nodes live on their cache for a day", async () => {
    const soon = await impact('image-signing.yaml', ['harbor-db.rw'], { afterMs: HOUR });
    expect(names(soon.down)).toEqual(['cd.deploy', 'dis.sign', 'harbor.pull', 'harbor.push']);
    expect(soon.atRisk.map((i) => `${i.capability} ${i.until}`)).toEqual(['k8s.schedule +1d']);
    const later = await impact('image-signing.yaml', ['harbor-db.rw'], { afterMs: 25 * HOUR });
    expect(names(later.down)).toContain('k8s.schedule');
  });

  test('check gives the findings about ways out that the header names, and no others', async () => {
    const { findings } = await checkConfiguration(
      [resolve(import.meta.dirname, '../../examples/image-signing.yaml')],
      {},
      NOW,
    );
    const about = findings.filter((f) => /^(recovery\/(?!undeclared)|graph|page|detect)/.test(f.code));
    expect(about.map((f) => `${f.severity} ${f.code} ${String(f.place?.line)}: ${f.message}`)).toEqual([
      'warning recovery/break-glass-only 29: only break-glass recovers dis while dis.sign is down ("apply the last signed image", drilled 2026-10-15): "roll back with CD" needs cd.deploy → dis.sign',
      'error recovery/none 29: no declared recovery of dis works while dis.verify is down: "roll back with CD" needs cd.deploy → k8s.schedule → admission.verify → dis.verify; "apply the last signed image" needs k8s.schedule → admission.verify → dis.verify',
      'error recovery/none 37: no declared recovery of rekor works while rekor.append is down: "redeploy" needs cd.deploy → dis.sign → rekor.append',
      'error recovery/black-start 41: nothing of this circle can start from cold: harbor.pull → k8s.schedule → harbor.pull',
      'warning recovery/expires 45: harbor is recoverable only for 1d while harbor.pull is down, after 1d no declared recovery works: "helm rollback" needs k8s.schedule → harbor.pull; where it answers wrongly or is too slow, nothing works from the first moment on',
      'error recovery/black-start 57: nothing of this circle can start from cold: admission.verify → dis.verify → k8s.schedule → admission.verify',
      'warning recovery/break-glass-only 59: only break-glass recovers admission while admission.verify is down ("delete the webhook", drilled 2026-09-01): "redeploy" needs cd.deploy → k8s.schedule → admission.verify',
    ]);
  });
});
