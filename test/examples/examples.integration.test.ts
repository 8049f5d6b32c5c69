import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkConfiguration } from '../../src/app/check-configuration.ts';
import { answerImpact } from '../../src/core/impact/answer-impact.ts';
import type { Mode } from '../../src/model/failure.ts';
import type { CapabilityId } from '../../src/model/ids.ts';
import type { ImpactView } from '../../src/model/view.ts';

const HOUR = 3_600_000;

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

  test('check says so before any fault', async () => {
    const { findings } = await checkConfiguration([resolve(import.meta.dirname, '../../examples/workers-kv.yaml')], {
      KV_TOKEN: 'x',
    });
    const found = findings.find((f) => f.code === 'recovery/break-glass-only');
    expect(found?.message).toContain('only break-glass recovers kv while kv.read is down');
    expect(found?.message).toContain('dashboard.deploys → access.login → kv.read');
    expect(found?.message).toContain('ci.secrets → access.login → kv.read');
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

  test("check says that Rekor's redeploy needs the deploys that need Rekor", async () => {
    const { findings } = await checkConfiguration(
      [resolve(import.meta.dirname, '../../examples/image-signing.yaml')],
      {},
    );
    const found = findings.find((f) => f.code === 'recovery/none' && f.subject.startsWith('rekor.'));
    expect(found?.message).toContain('"redeploy" needs cd.deploy → dis.sign → rekor.append');
  });
});
