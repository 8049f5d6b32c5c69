import { describe, expect, it } from 'vitest';
import { engine } from '../../src/core/tocsin-engine.ts';
import type { ChannelId, IncidentId, ProbeId, ServiceId } from '../../src/model/ids.ts';
import type { Entry } from '../../src/model/entry.ts';
import { MemoryStore } from '../../src/log/memory-log.ts';
import type { DaemonParts } from '../../src/daemon/parts.ts';
import { DaemonError } from '../../src/daemon/daemon-error.ts';
import { extendDecisionHash, firstDecisionHash } from '../../src/core/decision-hash.ts';
import { sha256 } from './support/heard.ts';
import { toldChannel, toldKind, untilAborted } from './support/kinds.ts';
import type { Told } from './support/kinds.ts';
import { configure, runDaemon } from './support/run-daemon.ts';
import type { Sights } from './support/run-daemon.ts';
import { PLACE } from '../core/support/make-configuration.ts';

const TWO = { rekor: {}, sign: { needs: ['rekor'] } };
const failing = (): Promise<Told> => Promise.resolve({ facts: {}, failed: 'http.5xx' });
const kinds = (store: MemoryStore): readonly Entry['kind'][] => store.entries.map((entry) => entry.kind);

describe('from probe to page', () => {
  it('a fault is paged once, for the cause, and resolved when it is mended', async () => {
    await using d = await runDaemon(configure(TWO));
    await d.daemon.ready;
    d.sights.set('rekor', failing);
    d.sights.set('sign', failing);
    const page = await d.hook.heard.until((attempt) => attempt.event === 'page');
    expect(page.incident).toBe('rekor-1');
    d.sights.clear();
    const resolve = await d.hook.heard.until((attempt) => attempt.event === 'resolve');
    expect(resolve.incident).toBe('rekor-1');
    expect(d.hook.heard.all.filter((attempt) => attempt.event === 'page')).toHaveLength(1);
  });

  it('a page is in the log, with its decision and its row, before it leaves', async () => {
    const store = new MemoryStore();
    const rows: number[] = [];
    const hook = toldChannel(() => {
      rows.push(store.outbox.size);
      return { kind: 'delivered' };
    });
    await using d = await runDaemon(configure({ rekor: {} }), { store, hook, sights: new Map([['rekor', failing]]) });
    await d.hook.heard.until((attempt) => attempt.event === 'page');
    expect(rows[0]).toBeGreaterThan(0);
    expect(store.decisions.map((decision) => decision.incident)).toContain('rekor-1');
  });

  it('a probe whose kind hangs for ever is down by latency.timeout, and delays no other', async () => {
    const hanging: Sights = new Map([['rekor', () => new Promise<Told>(() => {})]]);
    await using d = await runDaemon(configure({ rekor: {}, other: {} }), { sights: hanging });
    await d.events.until((event) => event.kind === 'observed' && event.observation.class === 'latency.timeout');
    const ran = d.events.all.filter((event) => event.kind === 'observed' && event.observation.probe === 'other/http');
    expect(ran.length).toBeGreaterThan(0);
  });

  it('what was decided live is what a replay of the log decides, byte for byte', async () => {
    const store = new MemoryStore();
    const sights: Sights = new Map([['rekor', failing]]);
    {
      await using d = await runDaemon(configure(TWO), { store, sights });
      await d.hook.heard.until((attempt) => attempt.event === 'page');
      d.sights.clear();
      await d.hook.heard.until((attempt) => attempt.event === 'resolve');
    }
    let state = engine.initial();
    let hash = firstDecisionHash(sha256);
    for (const entry of store.entries) {
      const reduced = engine.reduce(state, entry);
      state = reduced.state;
      hash = extendDecisionHash(hash, entry.n, reduced.effects, sha256);
    }
    expect(store.decisionHash).toBe(hash);
    expect(store.snapshots.at(-1)!.state).toBe(engine.snapshot(state));
  });
});

describe('a start', () => {
  it('writes start, then the configuration, and is ready after the first round', async () => {
    await using d = await runDaemon(configure(TWO));
    expect(d.view.health().ready).toBe(false);
    await d.daemon.ready;
    expect(d.view.health()).toEqual({ live: true, ready: true, reasons: [] });
    expect(d.view.status()).toMatchObject({ probes: 2, ready: true, troubles: [] });
    await d.events.until((event) => event.kind === 'committed');
    expect(d.store.entries.slice(0, 2)).toMatchObject([
      { kind: 'start', lastAt: null, reason: 'start' },
      { kind: 'config' },
    ]);
  });

  it('after another goes on with its numbers, and writes the configuration only where it changed', async () => {
    const store = new MemoryStore();
    {
      await using d = await runDaemon(configure(TWO), { store });
      await d.daemon.ready;
    }
    const before = store.entries.at(-1)!;
    {
      await using d = await runDaemon(configure(TWO), { store });
      await d.daemon.ready;
    }
    expect(store.entries.map((entry) => entry.n)).toEqual(store.entries.map((_, index) => index + 1));
    expect(store.entries[before.n]).toMatchObject({ kind: 'start', lastAt: before.at });
    expect(kinds(store).filter((kind) => kind === 'config')).toHaveLength(1);
  });

  it('from the log alone, without a snapshot, comes to the same state', async () => {
    const store = new MemoryStore();
    {
      await using d = await runDaemon(configure(TWO), { store, sights: new Map([['rekor', failing]]) });
      await d.hook.heard.until((attempt) => attempt.event === 'page');
    }
    store.snapshots.length = 0;
    await using d = await runDaemon(configure(TWO), { store, sights: new Map([['rekor', failing]]) });
    expect(d.view.incidents()).toMatchObject([{ id: 'rekor-1', state: 'open' }]);
  });

  it('delivers what was still in the outbox, under the same key, and never pages again for it', async () => {
    const store = new MemoryStore();
    const refusing = toldChannel(() => ({ kind: 'retry', error: '503' }));
    const sights: Sights = new Map([['rekor', failing]]);
    {
      await using _ = await runDaemon(configure({ rekor: {} }), { store, hook: refusing, sights });
      await refusing.heard.until((attempt) => attempt.event === 'page');
    }
    expect(store.outbox.size).toBe(1);
    {
      await using d = await runDaemon(configure({ rekor: {} }), { store, sights });
      const page = await d.hook.heard.until((attempt) => attempt.event === 'page');
      expect(page.key).toBe(refusing.heard.all[0]!.key);
      d.sights.clear();
      await d.hook.heard.until((attempt) => attempt.event === 'resolve');
      expect(d.hook.heard.all.filter((attempt) => attempt.event === 'page')).toHaveLength(1);
    }
    expect(store.outbox.size).toBe(0);
  });

  it('resolves what was open and recovered while nobody looked', async () => {
    const store = new MemoryStore();
    {
      await using d = await runDaemon(configure({ rekor: {} }), { store, sights: new Map([['rekor', failing]]) });
      await d.hook.heard.until((attempt) => attempt.event === 'page');
    }
    await using d = await runDaemon(configure({ rekor: {} }), { store });
    expect(await d.hook.heard.until(() => true)).toMatchObject({ event: 'resolve', incident: 'rekor-1' });
  });

  it('gives a probe what its last passing run left, before the start', async () => {
    const store = new MemoryStore();
    const remember: Sights = new Map([['rekor', async (context) => (context.remember('checkpoint 7'), { facts: {} })]]);
    {
      await using d = await runDaemon(configure({ rekor: {} }), { store, sights: remember });
      await d.daemon.ready;
    }
    const given = Promise.withResolvers<unknown>();
    const look: Sights = new Map([['rekor', async (context) => (given.resolve(context.memory), { facts: {} })]]);
    await using _d = await runDaemon(configure({ rekor: {} }), { store, sights: look });
    expect(await given.promise).toBe('checkpoint 7');
  });

  it.each([
    ['a kind that it does not know', { probeKinds: new Map() }, 'unknown-kind'],
    ['a channel kind that it does not know', { channelKinds: new Map() }, 'unknown-kind'],
  ])('is refused with %s', async (_rule, parts, code) => {
    await expect(runDaemon(configure(TWO), { parts })).rejects.toMatchObject({ name: 'DaemonError', code });
  });

  it('is refused on a log with a hole', async () => {
    const store = new MemoryStore();
    {
      await using d = await runDaemon(configure(TWO), { store });
      await d.daemon.ready;
    }
    store.snapshots.length = 0;
    store.entries.splice(1, 1);
    await expect(runDaemon(configure(TWO), { store })).rejects.toThrow(DaemonError);
  });
});

describe('a stop', () => {
  it('aborts what runs, writes everything and a snapshot of the end', async () => {
    const store = new MemoryStore();
    const begun = Promise.withResolvers<void>();
    const sights: Sights = new Map([
      ['rekor', ({ signal }) => (begun.resolve(), untilAborted(signal, () => ({ facts: {} })))],
    ]);
    {
      await using _ = await runDaemon(configure({ rekor: { probe: { timeout: 3_600_000 } } }), { store, sights });
      await begun.promise;
    }
    expect(store.snapshots.at(-1)!.n).toBe(store.entries.at(-1)!.n);
    expect(kinds(store)).not.toContain('observation');
  });

  it('delivers what was decided before it', async () => {
    const store = new MemoryStore();
    const sights: Sights = new Map([['rekor', failing]]);
    const hook = toldChannel();
    {
      await using d = await runDaemon(configure({ rekor: {} }), { store, sights, hook });
      await d.events.until((event) => event.kind === 'decided');
    }
    expect(store.outbox.size).toBe(0);
  });
});

describe('a reload', () => {
  it('takes new probes and forgets removed ones, in one entry', async () => {
    await using d = await runDaemon(configure(TWO));
    await d.daemon.ready;
    d.daemon.reload(configure({ sign: {}, store: {} }));
    await d.events.until((event) => event.kind === 'observed' && event.observation.probe === 'store/http');
    expect(d.view.services().map((service) => service.service)).toEqual(['sign', 'store']);
    expect(await d.daemon.runNow('rekor/http' as ProbeId)).toBeUndefined();
    expect(d.events.all).toContainEqual(expect.objectContaining({ kind: 'reloaded', ok: true }));
  });

  it('of the same bytes writes nothing', async () => {
    await using d = await runDaemon(configure(TWO));
    await d.daemon.ready;
    d.daemon.reload(configure(TWO));
    await d.daemon.runNow('rekor/http' as ProbeId);
    await d.events.until((event) => event.kind === 'committed');
    expect(kinds(d.store).filter((kind) => kind === 'config')).toHaveLength(1);
  });

  it('that cannot take effect changes nothing', async () => {
    await using d = await runDaemon(configure(TWO));
    await d.daemon.ready;
    const before = d.view.status().configHash;
    const loaded = configure({ rekor: {}, new: {} }, { maintenance: [cronWindow('every day')] });
    expect(() => d.daemon.reload(loaded)).toThrow(DaemonError);
    expect(d.view.status().configHash).toBe(before);
    expect(await d.daemon.runNow('new/http' as ProbeId)).toBeUndefined();
  });

  it('that was refused is a trouble until a good one comes', async () => {
    await using d = await runDaemon(configure(TWO));
    d.daemon.rejectReload('rekor.yaml:3:5: unknown key');
    expect(d.view.status().troubles).toHaveLength(1);
    d.daemon.reload(configure({ rekor: {} }));
    expect(d.view.status().troubles).toEqual([]);
    await d.events.until((event) => event.kind === 'committed' && event.entries['trouble'] === 2);
    expect(d.store.entries.filter((entry) => entry.kind === 'trouble')).toMatchObject([
      { what: 'reload', state: 'begin' },
      { what: 'reload', state: 'end' },
    ]);
  });

  it('aborts the run of a probe that it removes, and its result is nowhere', async () => {
    const begun = Promise.withResolvers<AbortSignal>();
    const sights: Sights = new Map([
      ['rekor', ({ signal }) => (begun.resolve(signal), untilAborted(signal, () => ({ facts: {} })))],
    ]);
    await using d = await runDaemon(configure({ rekor: { probe: { timeout: 3_600_000 } }, sign: {} }), { sights });
    const signal = await begun.promise;
    d.daemon.reload(configure({ sign: {} }));
    expect(signal.aborted).toBe(true);
    await d.daemon.runNow('sign/http' as ProbeId);
    expect(
      d.events.all.filter((event) => event.kind === 'observed' && event.observation.probe === 'rekor/http'),
    ).toEqual([]);
  });
});

describe('what others may ask', () => {
  it('a run now, out of turn, gives its observation', async () => {
    await using d = await runDaemon(configure({ rekor: { probe: { every: 3_600_000 } } }));
    await d.daemon.ready;
    expect(await d.daemon.runNow('rekor/http' as ProbeId)).toMatchObject({ cause: 'manual', outcome: 'pass' });
  });

  it('a heartbeat is in the log when it is answered, with its judged body', async () => {
    await using d = await runDaemon(configure({ backup: { probe: { grace: 1000, every: 3_600_000 } } }));
    await d.daemon.ready;
    expect(await d.view.heartbeat('backup/http' as ProbeId, { bytes: 7 })).toBeUndefined();
    expect(kinds(d.store)).toEqual(['start', 'config', 'heartbeat', 'observation']);
    expect(d.store.entries.at(-1)).toMatchObject({ cause: 'pushed', outcome: 'pass' });
  });

  it('a heartbeat that nobody expects, or that cannot be read, is refused', async () => {
    await using d = await runDaemon(configure({ backup: { probe: { grace: 1000 } } }));
    expect(await d.view.heartbeat('none/http' as ProbeId, {})).toMatchObject({ kind: 'not-found' });
    expect(await d.view.heartbeat('backup/http' as ProbeId, 'nonsense')).toMatchObject({ kind: 'invalid' });
  });

  it('a result from elsewhere keeps where and when it was found', async () => {
    const kind = { ...toldKind(() => Promise.resolve({ facts: {} })), receives: 'result' } as const;
    await using d = await runDaemon(configure({ backup: { probe: { grace: 1000 } } }), {
      parts: { probeKinds: new Map([['heartbeat', kind]]) },
    });
    const result = { body: { bytes: 7 }, startedAgoMs: 3000, endedAgoMs: 1000, location: 'eu' };
    expect(await d.view.pushed('backup/http' as ProbeId, result)).toBeUndefined();
    const last = d.store.entries.at(-1);
    expect(last).toMatchObject({ kind: 'observation', cause: 'pushed', location: 'eu' });
    expect(last?.kind === 'observation' && last.endedAt - last.startedAt).toBe(2000);
    expect(await d.view.heartbeat('backup/http' as ProbeId, {})).toMatchObject({ kind: 'not-found' });
  });

  it('a change is in the log and among the changes', async () => {
    await using d = await runDaemon(configure(TWO));
    expect(await d.view.change({ service: 'rekor', summary: 'new load balancer', at: 5 })).toBeUndefined();
    expect(d.view.changes()).toMatchObject([{ service: 'rekor', summary: 'new load balancer', at: 5 }]);
    expect(d.store.entries.at(-1)).toMatchObject({ kind: 'change', changedAt: 5 });
    expect(await d.view.change({ service: 'none', summary: 'x' })).toMatchObject({ kind: 'not-found' });
  });

  it.each([
    [
      'about an incident that is not there',
      { kind: 'acknowledge', incident: 'rekor-9' as IncidentId, by: 'me' },
      'not-found',
    ],
    [
      'that silences until a time that has passed',
      { kind: 'silence', id: 's', match: {}, until: 5, reason: 'r', by: 'me' },
      'invalid',
    ],
    [
      'of maintenance for a stranger',
      { kind: 'maintenance', id: 'm', services: ['none' as ServiceId], from: 1, until: 9e15, reason: 'r', by: 'me' },
      'not-found',
    ],
  ] as const)('a command %s is refused', async (_rule, command, kind) => {
    await using d = await runDaemon(configure(TWO));
    expect(await d.view.command(command)).toMatchObject({ kind });
  });

  it('an acknowledgement takes effect', async () => {
    await using d = await runDaemon(configure({ rekor: {} }), { sights: new Map([['rekor', failing]]) });
    await d.hook.heard.until((attempt) => attempt.event === 'page');
    const incident = 'rekor-1' as IncidentId;
    expect(await d.view.command({ kind: 'acknowledge', incident, by: 'me' })).toBeUndefined();
    expect(d.view.incident(incident)).toMatchObject({ acknowledgedBy: 'me' });
    expect(d.daemon.gauges.openIncidents()).toMatchObject({ critical: 1 });
  });
});

it('a channel that refuses a page for good is told by the others, and its end when it takes something again', async () => {
  let broken = true;
  const hook = toldChannel(() => (broken ? { kind: 'failed', error: '404 no such hook' } : { kind: 'delivered' }));
  const mail = toldChannel();
  const [HOOK, MAIL] = ['hook', 'mail'] as [ChannelId, ChannelId];
  const channels = [HOOK, MAIL].map((id) => ({ id, kind: id, needs: [], place: PLACE }));
  const loaded = configure({ rekor: {}, kv: {} }, { channels });
  await using d = await runDaemon(
    {
      ...loaded,
      channels: new Map([
        [HOOK, { kind: 'webhook', options: {} }],
        [MAIL, { kind: 'mail', options: {} }],
      ]),
    },
    {
      hook,
      sights: new Map([['rekor', failing]]),
      parts: {
        channelKinds: new Map([
          ['webhook', hook.kind],
          ['mail', mail.kind],
        ]),
      },
    },
  );
  const told = await mail.heard.until((attempt) => attempt.incident === 'channel-hook-1');
  expect(told.event).toBe('page');
  expect(hook.heard.all.every((attempt) => attempt.incident !== 'channel-hook-1')).toBe(true);
  expect(d.view.incident('channel-hook-1' as IncidentId)?.incident.root).toMatchObject({
    kind: 'channel',
    id: 'hook',
    message: expect.stringContaining('404 no such hook') as string,
  });
  broken = false;
  d.sights.set('kv', failing);
  await mail.heard.until((attempt) => attempt.incident === 'channel-hook-1' && attempt.event === 'resolve');
});

describe('a channel that left the configuration while the daemon was stopped', () => {
  const HOOK = 'hook' as ChannelId;
  const MAIL = 'mail' as ChannelId;
  const declared = (id: ChannelId) => ({ id, kind: id === HOOK ? 'webhook' : 'mail', needs: [], place: PLACE });
  const paging = (id: ChannelId) => ({
    channels: [declared(id)],
    routes: [{ match: {}, page: [id], ticket: [id], consumers: [id], escalate: [], continue: false, place: PLACE }],
  });
  const withChannel = (id: ChannelId) => {
    const loaded = configure({ rekor: {} }, paging(id));
    return { ...loaded, channels: new Map([[id, { kind: declared(id).kind, options: {} }]]) };
  };

  /** Pages by the hook, is stopped, and goes on with a mail channel in its place; then the root recovers. */
  async function replaced(readChannel: NonNullable<DaemonParts<unknown>['readChannel']>) {
    const store = new MemoryStore();
    const [hook, mail] = [toldChannel(), toldChannel()];
    const channelKinds = new Map([
      ['webhook', hook.kind],
      ['mail', mail.kind],
    ]);
    {
      const parts = { channelKinds };
      await using d = await runDaemon(withChannel(HOOK), { store, hook, sights: new Map([['rekor', failing]]), parts });
      await hook.heard.until((attempt) => attempt.event === 'page');
      await d.events.until((event) => event.kind === 'committed' && event.entries['sent'] !== undefined);
    }
    const d = await runDaemon(withChannel(MAIL), { store, hook, parts: { channelKinds, readChannel } });
    return { d, hook, mail };
  }

  it('still delivers the resolve of what it was told, by its declaration read again', async () => {
    const asked: string[] = [];
    const { d, hook } = await replaced((channel) => {
      asked.push(channel.id);
      return Promise.resolve({ ok: true, options: { again: true } });
    });
    await using _ = d;
    const end = await hook.heard.until((attempt) => attempt.event === 'resolve');
    expect(end.incident).toBe('rekor-1');
    expect(asked).toEqual(['hook']);
  });

  it('is told by the others where it cannot be had again, with what was lost and why', async () => {
    const { d, mail } = await replaced(() => Promise.resolve({ ok: false, message: 'the environment has no HOOK' }));
    await using _ = d;
    await mail.heard.until((attempt) => attempt.incident === 'channel-hook-1');
    const { root } = d.view.incident('channel-hook-1' as IncidentId)!.incident;
    expect(root.message).toBe(
      'the resolve about rekor-1 was refused for good: there is no channel hook any more, and what it was cannot be had again: the environment has no HOOK',
    );
  });
});

it('while the log is full, probing and paging go on, and health says so', async () => {
  const store = new MemoryStore();
  const parts = { limits: { drainMs: 100, commits: { batchMs: 10, failingAfterMs: 50 } } };
  await using d = await runDaemon(configure({ rekor: {} }), { store, parts });
  await d.daemon.ready;
  store.fault = 'full';
  d.sights.set('rekor', failing);
  await d.hook.heard.until((attempt) => attempt.event === 'page');
  expect(d.view.health().reasons[0]).toContain('full');
  store.fault = null;
  await d.events.until((event) => event.kind === 'committed' && event.entries['sent'] !== undefined);
  expect(store.outbox.size).toBe(0);
});

it('a planned window of the configuration is written as a command, after the start', async () => {
  await using d = await runDaemon(configure({ rekor: {} }, { maintenance: [cronWindow('* * * * *')] }));
  await d.events.until((event) => event.kind === 'committed' && event.entries['command'] === 1);
  expect(kinds(d.store).slice(0, 3)).toEqual(['start', 'config', 'command']);
});

it('a listener that throws stops nothing', async () => {
  await using d = await runDaemon(configure(TWO), {
    parts: {
      listener: () => {
        throw new Error('a bug');
      },
    },
  });
  await d.daemon.ready;
  expect(d.view.health().ready).toBe(true);
});

function cronWindow(cron: string) {
  const place = { file: 'f', line: 1, column: 1, endLine: 1, endColumn: 2 };
  return {
    kind: 'cron',
    services: ['rekor' as ServiceId],
    cron,
    forMs: 60_000,
    timezone: 'UTC',
    reason: 'r',
    place,
  } as const;
}
