import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CapabilityId } from '../../src/model/ids.ts';
import { openEvents } from './support/open-events.ts';
import { serve, tokens } from './support/with-api.ts';
import type { Served } from './support/with-api.ts';
import { stored } from './support/fake-daemon.ts';

describe('the stream of events', () => {
  let served: Served;
  beforeEach(async () => {
    served = await serve();
  });
  afterEach(() => served[Symbol.asyncDispose]());
  const names = (services: readonly { readonly service: string }[]): string[] => services.map(({ service }) => service);

  test('begins with everything', async () => {
    await using events = await openEvents(`${served.url}/api/v1/events`);
    const { id, data } = await events.next();
    expect(id).toBe('0');
    expect(names(data.services)).toEqual(['backup', 'dis', 'rekor', 'store']);
    expect(data.status).toMatchObject({ entries: 0, ready: true });
  });

  test('then tells what changed and nothing else', async () => {
    await using events = await openEvents(`${served.url}/api/v1/events`);
    await events.next();
    served.daemon.observations.push(stored(1));
    served.daemon.states.set('rekor.append' as CapabilityId, 'down');
    const { id, data } = await events.next();
    expect([id, names(data.services)]).toEqual(['1', ['rekor']]);
    expect(data.services[0]?.state).toBe('down');
  });

  test('resumes after the last event that a listener heard', async () => {
    await using stays = await openEvents(`${served.url}/api/v1/events`);
    await stays.next();
    served.daemon.observations.push(stored(1), stored(2));
    served.daemon.states.set('store.read' as CapabilityId, 'degraded');
    await stays.next();
    await using knows = await openEvents(`${served.url}/api/v1/events`, { 'last-event-id': '2' });
    await using missed = await openEvents(`${served.url}/api/v1/events`, { 'last-event-id': '1' });
    expect(names((await knows.next()).data.services)).toEqual([]);
    expect(names((await missed.next()).data.services)).toEqual(['store']);
  });

  test('is open to those who may read, and to nobody else', async () => {
    await using locked = await serve({ auth: tokens() });
    await expect(openEvents(`${locked.url}/api/v1/events`)).rejects.toThrow('401');
    await using events = await openEvents(`${locked.url}/api/v1/events`, { authorization: 'Bearer viewer-token' });
    expect((await events.next()).data.status.instance).toBe(served.daemon.view.status().instance);
  });

  test('ends when the daemon stops', async () => {
    const own = await serve();
    await using events = await openEvents(`${own.url}/api/v1/events`);
    await events.next();
    await own[Symbol.asyncDispose]();
    await expect(events.next()).rejects.toThrow('ended');
  });
});
