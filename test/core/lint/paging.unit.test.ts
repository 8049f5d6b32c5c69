import { describe, expect, test } from 'vitest';
import { findingsOf } from './findings-of.ts';

const WEB = 'probes: { web: { kind: http, url: https://a.example, expect: { contains: ok } } }';
const mail = (needs: string): string =>
  `{ kind: email, smtp: { host: smtp.example }, from: a@example.com, to: [b@example.com], needs: [${needs}] }`;
const HOOK = '{ kind: webhook, url: http://127.0.0.1:9/hook }';

describe('a failure that would reach nobody', () => {
  const none = (text: string): Promise<readonly string[]> => findingsOf(text, /^page\/none$/);

  test('falls through all routes, or there are several channels and no routes, or no channel at all', async () => {
    const services = `services: { a: { tier: 2, ${WEB} } }`;
    expect(
      await none(`channels: { x: ${HOOK}, y: ${HOOK} }\nroutes: [{ match: { tier: [0] }, page: [x] }]\n${services}`),
    ).toEqual([
      'page/none a: a failure of a (tier 2, owner team) would reach nobody: no route leads a page to a channel',
    ]);
    expect(await none(`channels: { x: ${HOOK}, y: ${HOOK} }\n${services}`)).toEqual([
      'page/none a: a failure of a (tier 2, owner team) would reach nobody: there are 2 channels and no routes',
    ]);
    expect(await none(`channels: {}\n${services}`)).toEqual([
      'page/none a: a failure of a (tier 2, owner team) would reach nobody: there is no channel',
    ]);
    expect(await none(services)).toEqual([]);
  });

  test('at some hours only is found too, with one of them', async () => {
    const hours = "{ match: { hours: { from: '08:00', until: '18:00', timezone: Europe/Berlin } }, page: [x] }";
    expect(await none(`channels: { x: ${HOOK} }\nroutes: [${hours}]\nservices: { a: { tier: 2, ${WEB} } }`)).toEqual([
      'page/none a: a failure of a (tier 2, owner team), on Sunday at 17:00 UTC for example, would reach nobody: no route leads a page to a channel',
    ]);
    expect(
      await none(`channels: { x: ${HOOK} }\nroutes: [${hours}, { page: [x] }]\nservices: { a: { tier: 2, ${WEB} } }`),
    ).toEqual([]);
  });

  test('is as loud as its probes may be: what is only recorded needs nobody', async () => {
    const routes = `channels: { x: ${HOOK} }\nroutes: [{ page: [x], ticket: [] }]`;
    const service = (notify: string): string =>
      `services: { a: { tier: 2, probes: { web: { kind: http, url: https://a.example, expect: { contains: ok }, notify: ${notify} } } } }`;
    expect(await none(`${routes}\n${service('page')}`)).toEqual([]);
    expect(await none(`${routes}\n${service('ticket')}`)).toHaveLength(1);
    expect(await none(`${routes}\n${service('record')}`)).toEqual([]);
  });

  test('counts for an unprobed service that the failures of two others would point at', async () => {
    const routes = `channels: { x: ${HOOK} }\nroutes: [{ match: { owner: [team] }, page: [x] }]`;
    const services = `services: { db: { owner: dba, tier: 2 }, a: { tier: 2, needs: [db], ${WEB} }`;
    expect(await none(`${routes}\n${services} }`)).toEqual([]);
    expect(await none(`${routes}\n${services}, b: { tier: 2, needs: [db], ${WEB} } }`)).toEqual([
      'page/none db: a failure of db (tier 2, owner dba) would reach nobody: no route leads a page to a channel',
    ]);
  });
});

describe('a page that travels through what failed', () => {
  const self = (text: string): Promise<readonly string[]> => findingsOf(text, /^page\/self$/);
  const services = `services: { smtp: { tier: 2, needs: [dns], ${WEB} }, dns: { tier: 2, ${WEB} } }`;

  test('is found for everything that its channel rests on', async () => {
    expect(await self(`channels: { mail: ${mail('smtp')} }\n${services}`)).toEqual([
      'page/self dns.up: the page about dns.up travels through dns.up: mail needs smtp.up → dns.up',
      'page/self smtp.up: the page about smtp.up travels through smtp.up: mail needs smtp.up',
    ]);
  });

  test('arrives all the same while another channel or a fallback stands', async () => {
    const channels = `channels: { mail: ${mail('smtp')}, hook: ${HOOK} }`;
    expect(await self(`${channels}\nroutes: [{ page: [mail, hook] }]\n${services}`)).toEqual([]);
    expect(
      await self(`${channels}\nroutes: [{ page: [mail], fallback: { after: 60s, to: [hook] } }]\n${services}`),
    ).toEqual([]);
    expect(
      await self(`${channels}\nroutes: [{ page: [mail], fallback: { after: 60s, to: [mail] } }]\n${services}`),
    ).toHaveLength(2);
  });

  test('has left before a cache runs out', async () => {
    const cached = (ttl: string): string =>
      `channels: { mail: ${mail('smtp')} }\nservices: { smtp: { tier: 2, needs: [{ cached: dns, ttl: ${ttl}, covers: [unreachable, error, wrong, slow] }] }, dns: { tier: 2, ${WEB} } }`;
    expect(await self(cached('1h'))).toEqual([]);
    expect(await self(cached('30s'))).toHaveLength(1);
  });
});
