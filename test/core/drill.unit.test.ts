import { describe, expect, test } from 'vitest';
import { drill } from '../../src/core/drill/drill.ts';
import type { DrillView } from '../../src/core/drill/drill.ts';
import type { Configuration } from '../../src/model/configuration.ts';
import type { FailureClass } from '../../src/model/failure.ts';
import type { CapabilityId, ServiceId } from '../../src/model/ids.ts';
import { PLACE, makeConfiguration } from './support/make-configuration.ts';
import { START } from './support/simulation.ts';

const LIKE_DEFAULTS = { every: 30_000, timeout: 10_000, failures: 3, confirmEvery: 5000 };

function play(
  configuration: Configuration,
  names: readonly string[],
  failureClass: FailureClass = 'connect.refused',
): DrillView {
  const capabilities = names as readonly CapabilityId[];
  const view = drill(configuration, { capabilities, class: failureClass, now: START });
  if ('kind' in view) throw new Error(view.message);
  return view;
}

const told = (view: DrillView): string[] =>
  view.messages
    .filter((m) => m.notification.event !== 'update')
    .map(({ channel, notification }) => `${notification.event} ${channel} ${notification.incident?.root.id ?? ''}`);

describe('drill', { timeout: 60_000 }, () => {
  const chain = makeConfiguration(
    { dep: { tier: 0 }, child: { tier: 0, needs: ['dep'] }, other: {} },
    { defaults: LIKE_DEFAULTS, overrides: { pageAfterMs: [30_000, 60_000, 300_000, 300_000] } },
  );

  test('tells one page for the cause and its resolve, marked as a drill, and the same each time', () => {
    const view = play(chain, ['dep.up']);
    expect(told(view)).toEqual(['page hook dep', 'resolve hook dep']);
    expect(view.messages.every((m) => m.notification.drill)).toBe(true);
    expect(view.messages[0]?.notification.incident?.impact.map((i) => i.capability)).toEqual(['child.up']);
    expect(play(chain, ['dep.up'])).toEqual(view);
  });

  test('gives the latest time: an interval and what it takes to confirm, to hold and to wait for pageAfter', () => {
    const [page] = play(chain, ['dep.up']).messages;
    expect(page?.afterMs).toBeGreaterThanOrEqual(60_000);
    expect(page?.afterMs).toBeLessThanOrEqual(30_000 + 30_000 + 6000);
  });

  test('says that nobody would be paged where nobody sees it', () => {
    const blind = makeConfiguration({ db: { tier: 0, probe: null }, app: { tier: 0, probe: null, needs: ['db'] } });
    const view = play(blind, ['db.up']);
    expect(view).toMatchObject({ paged: false, messages: [] });
    expect(view.because).toEqual(['db.up has no probe, and too little that rests on it has one']);
  });

  test('says that a shallow probe does not see a wrong answer', () => {
    const shallow = makeConfiguration({ db: { tier: 0, probe: { deep: false } } });
    expect(play(shallow, ['db.up'], 'identity.key_mismatch').paged).toBe(false);
    expect(play(shallow, ['db.up'], 'connect.refused').paged).toBe(true);
  });

  test('says why a ticket is no page, and where no route leads', () => {
    const low = play(makeConfiguration({ db: { tier: 3 } }), ['db.up']);
    expect(told(low)).toEqual(['ticket hook db', 'resolve hook db']);
    expect(low.because).toEqual(['db is only a ticket: tier 3, and what its probes may cause']);
    const nowhere = play(makeConfiguration({ db: { tier: 0 } }, { routes: [{ page: [] }] }), ['db.up']);
    expect(nowhere.because).toEqual(['no route leads from db (owner team, tier 0) to a channel']);
  });

  test('says what planned window holds it', () => {
    const window = {
      kind: 'once' as const,
      services: ['db' as ServiceId],
      from: START - 1,
      until: START + 7_200_000,
      reason: 'upgrade',
      place: PLACE,
    };
    const view = play(makeConfiguration({ db: { tier: 0 } }, { maintenance: [window] }), ['db.up']);
    expect(view.because).toEqual(['db is held (maintenance): upgrade']);
  });

  test('blames an unprobed dependency that three services show', () => {
    const view = play(
      makeConfiguration({
        db: { tier: 0, probe: null },
        ...Object.fromEntries(['a', 'b', 'c'].map((n) => [n, { tier: 0 as const, needs: ['db'] }])),
      }),
      ['db.up'],
    );
    expect(told(view)).toEqual(['page hook db', 'resolve hook db']);
  });

  test('waits for a heartbeat that does not come', () => {
    const backup = makeConfiguration({ backup: { tier: 0, probe: { every: 3_600_000, grace: 600_000 } } });
    const view = play(backup, ['backup.up']);
    expect(view.messages[0]?.afterMs).toBeGreaterThanOrEqual(4_200_000);
  });

  test('refuses a capability that there is not, and a class that is ours', () => {
    const ask = (capability: string, failureClass: FailureClass): unknown =>
      drill(chain, { capabilities: [capability as CapabilityId], class: failureClass, now: START });
    expect(ask('nope.up', 'http.5xx')).toMatchObject({ kind: 'not-found' });
    expect(ask('dep.up', 'probe.network')).toMatchObject({ kind: 'invalid' });
  });
});
