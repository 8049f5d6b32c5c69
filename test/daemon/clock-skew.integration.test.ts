import { expect, it } from 'vitest';
import type { ArmedProbe } from '../../src/daemon/armed-probe.ts';
import { FactsBook } from '../../src/daemon/facts-book.ts';
import { Prober } from '../../src/daemon/prober.ts';
import { RemoteClocks } from '../../src/daemon/remote-clocks.ts';
import { StartPace } from '../../src/daemon/start-pace.ts';
import { WakeUps } from '../../src/daemon/wake-ups.ts';
import type { ProbeKind } from '../../src/ports/probe-kind.ts';
import { http } from '../../src/probes/http.ts';
import { createResolver } from '../../src/probes/net/resolver.ts';
import { tls } from '../../src/probes/tls.ts';
import { certificateFor } from '../servers/certificates.ts';
import { httpTarget, tlsTarget, type TargetServer } from '../servers/target-server.ts';
import { sha256 } from './support/heard.ts';
import { makeProbe } from './support/makers.ts';

const DAY_MS = 86_400_000;
const HOSTS = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];

const kinds = { http: http as unknown as ProbeKind, tls: tls as unknown as ProbeKind };

/** A prober as the daemon has one. */
function proberOf() {
  const monotonic = (): number => performance.now();
  const deadlines = new WakeUps(monotonic, (thrown) => {
    throw thrown;
  });
  const prober = new Prober({
    now: Date.now,
    monotonic,
    deadlines,
    loopDelay: { longestSince: () => 0 },
    clocks: new RemoteClocks(Date.now, monotonic),
    pace: new StartPace(deadlines),
    resolver: createResolver(),
    facts: new FactsBook(sha256),
    emit: () => undefined,
  });
  const run = async (name: 'http' | 'tls', fields: unknown) => {
    const kind = kinds[name];
    const armed: ArmedProbe = {
      probe: makeProbe('a', { timeoutMs: 10_000 }),
      kind,
      options: kind.schema.parse(fields),
      assertions: [],
      guard: () => ({ allowed: true }),
      target: 'a',
    };
    const signal = new AbortController().signal;
    return (await prober.run(armed, { cause: 'schedule', timeoutMs: undefined, memory: null, nextDueAt: 0, signal }))
      .observation;
  };
  return { run, [Symbol.dispose]: () => deadlines[Symbol.dispose]() };
}

function hostAt(address: string, clockMs: number): Promise<TargetServer> {
  return httpTarget(
    (_request, response) => {
      response.sendDate = false;
      response.setHeader('date', new Date(Date.now() + clockMs).toUTCString());
      response.end('ok');
    },
    undefined,
    address,
  );
}

it('row 53: a certificate that only our own clock calls expired is not held against its server', async () => {
  using world = proberOf();
  const old = certificateFor({ notBefore: Date.now() - 40 * DAY_MS, notAfter: Date.now() - 20 * DAY_MS });
  await using target = await tlsTarget({ cert: old.chain, key: old.key }, (socket) => socket.end());
  const certificate = { host: target.host, port: target.port, tls: { ca: old.ca } };
  expect(await world.run('tls', certificate), 'while nobody says otherwise').toMatchObject({ class: 'tls.expired' });

  for (const address of HOSTS) {
    await using host = await hostAt(address, -30 * DAY_MS);
    expect(await world.run('http', { url: `http://${host.at}/` })).toMatchObject({ outcome: 'pass' });
  }
  const judged = await world.run('tls', certificate);
  expect(judged).toMatchObject({ outcome: 'unknown', class: 'probe.clock_skew', against: [] });
  expect(judged.message).toContain('ahead, by the Date headers of 3 of 3 hosts; it saw: TLS with 127.0.0.1');
});

it('what comes out of a cache says nothing about the time', async () => {
  using world = proberOf();
  const old = certificateFor({ notBefore: Date.now() - 40 * DAY_MS, notAfter: Date.now() - 20 * DAY_MS });
  await using target = await tlsTarget({ cert: old.chain, key: old.key }, (socket) => socket.end());
  for (const address of HOSTS) {
    await using cache = await httpTarget(
      (_request, response) => {
        response.sendDate = false;
        response.setHeader('date', new Date(Date.now() - 30 * DAY_MS).toUTCString());
        response.setHeader('age', '2592000').end('ok');
      },
      undefined,
      address,
    );
    await world.run('http', { url: `http://${cache.at}/` });
  }
  expect(await world.run('tls', { host: target.host, port: target.port, tls: { ca: old.ca } })).toMatchObject({
    outcome: 'fail',
    class: 'tls.expired',
  });
});
