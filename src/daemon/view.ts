import { probesToVerify } from '../core/verify/probes-to-verify.ts';
import type { ServiceId } from '../model/ids.ts';
import type { CapabilityState } from '../model/view.ts';
import type { DaemonView, Refusal } from '../ports/daemon-view.ts';
import type { Gauges } from '../ports/telemetry.ts';
import { checkCommand } from './check-command.ts';
import { pastState } from './past-state.ts';
import type { RunningDaemon } from './running-daemon.ts';

/** What the API may ask of a running daemon. Reads come from the engine's state; nothing here decides anything. */
export function daemonView<State>(daemon: RunningDaemon<State>): DaemonView {
  const { engine, log, impact } = daemon.parts;
  const state = (): State => daemon.sequencer.state;
  const configuration = (): ReturnType<DaemonView['configuration']> => daemon.loaded.configuration;
  const states = (): ReturnType<DaemonView['capabilityStates']> => engine.capabilityStates(state());
  const incidents = (): ReturnType<DaemonView['incidents']> => engine.incidents(state());
  return {
    status: () => {
      const { n, at } = daemon.sequencer.position;
      return {
        instance: configuration().instance,
        startedAt: daemon.startedAt,
        at: at ?? daemon.startedAt,
        entries: n,
        configHash: configuration().hash,
        ready: daemon.isReady,
        summary: countStates(states()),
        probes: configuration().probes.filter((probe) => probe.enabled).length,
        incidents: incidents().filter((incident) => incident.state !== 'resolved'),
        troubles: daemon.troubles,
      };
    },
    services: () => engine.services(state()),
    configuration,
    incidents,
    incident: (id) => engine.incident(state(), id),
    stateAt: oneAtATime((at) => pastState(engine, log, at)),
    capabilityStates: states,
    impact: (request) =>
      impact({ configuration: configuration(), states: new Map(states()), now: daemon.clock.now() }, request),
    verify: async (question) => {
      const probes = probesToVerify(configuration(), question);
      return 'kind' in probes ? probes : daemon.verify(probes, question.forMs);
    },
    observations: (query) => log.observations(query),
    summary: (query) => log.summary(query),
    heartbeat: (probe, body) => daemon.heartbeat(probe, body),
    pushed: (probe, result) => daemon.pushed(probe, result),
    change: async ({ service, summary, at, by, url }) => {
      if (!configuration().services.some((each) => each.id === service))
        return { kind: 'not-found', message: `there is no service ${service}` } satisfies Refusal;
      const optional = { ...(by === undefined ? {} : { by }), ...(url === undefined ? {} : { url }) };
      const changedAt = at ?? daemon.clock.now();
      return daemon.appendDurably([{ kind: 'change', service: service as ServiceId, summary, changedAt, ...optional }]);
    },
    changes: () => daemon.changes.map(({ changedAt, ...change }) => ({ ...change, at: changedAt })),
    channels: () =>
      configuration().channels.map(({ id, kind, needs }) => {
        return { id, kind, needs, last: daemon.outbox.lastDeliveries.get(id) ?? null };
      }),
    testChannel: async (id, by) => {
      const delivery = await daemon.outbox.test(id, configuration().instance, `a test, asked for by ${by}`);
      if (delivery === undefined) return { kind: 'not-found', message: `there is no channel ${id}` };
      const detail = delivery.kind === 'delivered' ? (delivery.detail ?? null) : delivery.error;
      return { kind: 'tested', delivered: delivery.kind === 'delivered', detail };
    },
    silences: () => engine.silences(state()),
    windows: () => engine.windows(state()),
    command: async (command) =>
      checkCommand(command, {
        configuration: configuration(),
        knows: (incident) => engine.incident(state(), incident) !== undefined,
        silences: engine.silences(state()),
        windows: engine.windows(state()),
        now: daemon.clock.now(),
      }) ?? daemon.appendDurably([{ kind: 'command', command }]),
    health: () => ({
      live: !daemon.isStopping,
      ready: daemon.isReady && !daemon.isStopping,
      reasons: [
        ...(daemon.isStopping ? ['the daemon is stopping'] : []),
        ...(daemon.isReady ? [] : ['not every probe has had its first run']),
        ...daemon.troubles,
      ],
    }),
  };
}

/** Each question about the past holds a whole state while it is answered: never two at once. */
function oneAtATime<Ask, Answer>(answer: (ask: Ask) => Promise<Answer>): (ask: Ask) => Promise<Answer> {
  let before: Promise<unknown> = Promise.resolve();
  return (ask) => {
    const next = before.then(
      () => answer(ask),
      () => answer(ask),
    );
    before = next;
    return next;
  };
}

/** What metrics read when they are asked for. */
export function daemonGauges<State>(daemon: RunningDaemon<State>): Gauges {
  const { engine } = daemon.parts;
  return {
    capabilities: () => engine.capabilityStates(daemon.sequencer.state),
    openIncidents: () => {
      const open = { critical: 0, warning: 0, info: 0 };
      for (const { state, incident } of engine.incidents(daemon.sequencer.state))
        if (state === 'open') open[incident.severity]++;
      return open;
    },
    outboxOldestSeconds: () => {
      const oldest = daemon.outbox.oldestAt();
      return oldest === null ? 0 : Math.max(0, daemon.clock.now() - oldest) / 1000;
    },
    configHash: () => daemon.loaded.configuration.hash,
  };
}

function countStates(states: Iterable<readonly [unknown, CapabilityState]>): Record<CapabilityState, number> {
  const counts = { up: 0, 'at-risk': 0, degraded: 0, down: 0, unknown: 0 };
  for (const [, state] of states) counts[state]++;
  return counts;
}
