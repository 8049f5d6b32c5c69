import { describe, expect, test } from 'vitest';
import { renderText } from '../../../src/channels/page/render-text.ts';
import type { CapabilityId } from '../../../src/model/ids.ts';
import type { Notification } from '../../../src/model/notification.ts';
import { incident, page, pageWith, resolve, test as testMessage } from '../samples/notifications.ts';

const lines = (notification: Notification, columns = 80): string[] =>
  renderText(notification, { columns }).text.split('\n');
/** The text with every run of white space as one space, for looking for sentences. */
const words = (notification: Notification): string =>
  renderText(notification, { columns: 80 }).text.replace(/\s+/g, ' ');

describe('a page', () => {
  test('begins with who is affected and what broke', () => {
    expect(lines(page)[0]).toBe('■ no image can be signed: rekor answers with the wrong key');
    expect(renderText(page, { columns: 80 }).subject).toMatch(/^page: no image can be signed: .* \[prod-eu\]$/);
  });

  test('says what the failure means for others, worst first, and how long a cache lasts', () => {
    const text = words(page);
    expect(text).toContain('down dis.sign no image can be signed, every production deploy is blocked');
    expect(text).toContain('at risk audit.report 6 min left: the daily report');
    expect(text.indexOf('down dis.sign')).toBeLessThan(text.indexOf('at risk audit.report'));
  });

  test('says what is not affected', () => {
    expect(words(page)).toContain('not affected dis.verify, harbor.pull');
  });

  test('gives the failing check’s own words, and expected beside got', () => {
    const text = words(page);
    expect(text).toContain('because rekor/log: identity.key_mismatch the checkpoint is not signed');
    expect(text).toContain('expected a signature by key c0d2 7a11 got a signature by key 5f3a 90be');
  });

  test('says what changed just before, newest first, announced or not', () => {
    const text = words(page);
    expect(text).toContain('40 s before rekor/log address changed 10.2.3.4 → 10.9.9.9, nobody announced it');
    expect(text).toContain('7 min 4 s before rekor: new load balancer (by maria) https://changes.example/4711');
    expect(text.indexOf('40 s before')).toBeLessThan(text.indexOf('7 min 4 s before'));
  });

  test('lists the ways out, those that work first, and why the others do not', () => {
    const text = words(page);
    expect(text).toContain('✓ dis: apply the last signed image by hand: works, break-glass, drilled 5 weeks ago');
    expect(text).toContain('✕ redeploy: blocked, needs cd.deploy → dis.sign → rekor.append');
    expect(text.indexOf('✓')).toBeLessThan(text.indexOf('✕'));
  });

  test('says so when no way out is declared', () => {
    expect(words(pageWith({ recovery: [] }))).toContain('ways out none declared');
  });

  test('counts the alerts that were held back, by reason', () => {
    expect(words(page)).toContain('held back 2 explained by rekor.append: dis/sign-and-verify, cd/deploy-canary');
  });

  test('names the runbook and the links', () => {
    expect(words(page)).toContain('runbook https://wiki.example/rekor');
    expect(words(page)).toContain('incident https://tocsin.example/incidents/rekor-3');
  });

  test('about a refused credential names both readings', () => {
    const root = { ...incident.root, class: 'auth.unauthorized' as const };
    expect(words(pageWith({ root }, { event: 'update' }))).toContain(
      'either it is wrong there, or ours is no longer good',
    );
    // The reason of a page says so in its own words.
    expect(words(pageWith({ root }))).not.toContain('either it is wrong there');
  });

  test('says once what the check saw, and names a capability as people do', () => {
    const root = { ...incident.root, message: 'GET /: answered 401 no', got: '401 no' };
    const text = words(pageWith({ root, unaffected: ['session.up' as CapabilityId] }));
    expect(text.match(/401 no/g)).toHaveLength(1);
    expect(text).toContain('not affected session because');
  });

  test('about something inferred or not verified says so', () => {
    const root = { ...incident.root, inferred: true, verified: false, probe: null, class: null };
    const text = words(pageWith({ root }));
    expect(text).toContain('nothing probes it directly');
    expect(text).toContain('not verified');
  });

  test('of a drill says first that nothing is broken', () => {
    expect(lines({ ...page, drill: true })[0]).toContain('drill, nothing is broken: no image');
    expect(renderText({ ...page, drill: true }, { columns: 80 }).subject).toMatch(/^drill, page: /);
  });

  test('with thousands of effects stays a page', () => {
    const impact = Array.from({ length: 1000 }, () => incident.impact).flat();
    const text = renderText(pageWith({ impact }), { columns: 80 }).text;
    expect(text).toContain('and 1980 more');
    expect(text.split('\n').length).toBeLessThan(100);
  });
});

describe('a resolve', () => {
  test('begins with how long it lasted', () => {
    expect(lines(resolve)[0]).toContain('● ended after 20 min 10 s: no image can be signed');
  });

  test('says what had been hit, what it was, and why it is over', () => {
    const text = words(resolve);
    expect(text).toContain('was down dis.sign, cd.deploy');
    expect(text).toContain('it was rekor/log: identity.key_mismatch');
    expect(text).toContain('ended 2026-11-21 03:32:14 UTC: passing again: 2 runs in a row');
  });
});

test('a test message says that nothing is wrong', () => {
  expect(lines(testMessage)[0]).toBe('● nothing is wrong: this message proves that the channel works');
});

test('a notice says that somebody else was told', () => {
  expect(words({ ...page, event: 'notice' })).toContain('you are affected, somebody else was told');
});

test.each([40, 44, 60, 80, 100])('at %i columns no line is longer, addresses apart', (columns) => {
  const long = lines(page, columns).filter((line) => line.length > columns && !line.includes('https://'));
  expect(long).toEqual([]);
});

test('wide characters count as two columns', () => {
  const effect = '无法签名任何镜像所有生产部署均被阻止'.repeat(3);
  const impact = incident.impact.slice(0, 1).map((each) => ({ ...each, effect }));
  const widest = Math.max(...lines(pageWith({ impact })).map((line) => line.replace(/\p{Script=Han}/gu, '##').length));
  expect(widest).toBeLessThanOrEqual(80);
});

test('only http and https addresses become links', () => {
  expect(words(pageWith({ runbook: 'javascript:alert(1)' }))).toContain('runbook javascript:alert(1)');
});
