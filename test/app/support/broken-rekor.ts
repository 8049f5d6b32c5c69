import type { Entry } from '../../../src/model/entry.ts';
import type { ServiceId } from '../../../src/model/ids.ts';
import { makeConfiguration } from '../../core/support/make-configuration.ts';
import type { ServiceSpec } from '../../core/support/make-configuration.ts';
import { Simulation, START } from '../../core/support/simulation.ts';

/** When rekor breaks, and when it works again, after the start. */
export const BROKEN = { from: 20_000, until: 60_000 } as const;

/** The chain of the signing incident: deployments need signing, signing needs rekor; the registry stands beside. */
export const SIGNING: Record<string, ServiceSpec> = {
  rekor: { tier: 0, owner: 'platform', recovery: [{ name: 'redeploy', needs: ['deploy.up'] }] },
  registry: { tier: 0, owner: 'storage' },
  sign: { tier: 0, owner: 'supply-chain', needs: ['rekor', 'registry'] },
  deploy: { tier: 0, owner: 'delivery', needs: ['sign'] },
};

/** Two minutes of that chain: rekor answers with the wrong key for forty seconds, and its address changed before. */
export function brokenRekor(until = 120_000): Simulation {
  const broken = (at: number): boolean => at >= BROKEN.from && at < BROKEN.until;
  const addressOf = (at: number): string => (at >= BROKEN.from && at < BROKEN.until ? '10.9.9.9' : '10.2.3.4');
  let now = 0;
  return new Simulation(
    makeConfiguration(SIGNING),
    (probe, at) => {
      now = at;
      if (!broken(at) || probe === 'registry/http') return 'pass';
      return probe === 'rekor/http' ? { class: 'identity.key_mismatch' } : { class: 'http.5xx' };
    },
    7,
    (probe) => (probe === 'rekor/http' ? { addresses: [addressOf(now)] } : {}),
  )
    .at(5000, {
      kind: 'change',
      service: 'registry' as ServiceId,
      summary: 'new garbage collection',
      changedAt: START + 5000,
      by: 'storage',
    })
    .run(until);
}

/** Its entries. */
export function brokenRekorEntries(until?: number): readonly Entry[] {
  return brokenRekor(until).entries;
}
