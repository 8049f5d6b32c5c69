import type { Configuration } from '../../model/configuration.ts';
import type { FailureClass } from '../../model/failure.ts';
import type { CapabilityId, ChannelId } from '../../model/ids.ts';
import type { Notification } from '../../model/notification.ts';
import type { Refusal } from '../../model/view.ts';
import { stageOf } from '../detect/classes.ts';
import { compileGraph } from '../graph/graph.ts';
import type { Graph } from '../graph/graph.ts';
import { SimulatedDaemon } from './simulated-daemon.ts';
import { staged } from './staged-failure.ts';

/** What to play: these fail, in this way. `now`: wall time, for hours in routes and planned windows. */
export interface DrillQuestion {
  readonly capabilities: readonly CapabilityId[];
  readonly class: FailureClass;
  readonly now: number;
}

/** One message, as its channel would get it. */
export interface DrillMessage {
  /** After the failure. */
  readonly afterMs: number;
  readonly channel: ChannelId;
  /** With `drill: true`, and the simulated time as `sentAt`. */
  readonly notification: Notification;
}

/** How the failure would be told, were it to happen now. */
export interface DrillView {
  readonly messages: readonly DrillMessage[];
  /** Whether somebody would be woken. */
  readonly paged: boolean;
  /** Where nobody would be: why, one sentence each. */
  readonly because: readonly string[];
  /** When things work again in the play, after the failure. */
  readonly endsAfterMs: number;
}

/**
 * Plays a failure through the engine and the routes, on a simulated clock. Every probe has run just before it, so
 * that the times are the latest at which it would be told; everything that it takes down fails with it. When all who
 * can see it have seen it, everything works again, and the play goes on until it is told.
 */
export function drill(configuration: Configuration, question: DrillQuestion): DrillView | Refusal {
  const graph = compileGraph(configuration);
  const unknown = question.capabilities.filter((id) => !graph.byId.has(id));
  if (unknown.length > 0)
    return { kind: 'not-found', message: `no capability ${unknown.join(', ')} in this configuration` };
  if (question.capabilities.length === 0)
    return { kind: 'invalid', message: 'name at least one capability that fails' };
  const stage = stageOf(question.class);
  if (stage === 'probe' || stage === 'info')
    return { kind: 'invalid', message: `${question.class} is not a way in which a service fails` };
  const failure = staged(graph, question);
  const endsAt = question.now + failure.seenWithinMs;
  const daemon = new SimulatedDaemon(configuration, question.now, (probe, at) =>
    at < endsAt ? failure.sight(probe, at) : undefined,
  );
  daemon.runUntil(endsAt);
  const becauseNobody = reasons(graph, question, daemon);
  daemon.runUntilQuiet(endsAt + AFTERMATH_MS + failure.slowestMs);
  const messages = daemon.sent.map(({ at, effect }) => ({
    afterMs: at - question.now,
    channel: effect.channel,
    notification: { ...effect.notification, drill: true, sentAt: new Date(at).toISOString() },
  }));
  const paged = messages.some((m) => m.notification.event === 'page');
  return { messages, paged, because: paged ? [] : becauseNobody, endsAfterMs: failure.seenWithinMs };
}

/** Time for the last recovery, flapping excluded. */
const AFTERMATH_MS = 600_000;

/** Why nobody is woken: nobody sees it, it is not loud enough, it is held, or no route leads anywhere. */
function reasons(graph: Graph, question: DrillQuestion, daemon: SimulatedDaemon): readonly string[] {
  const incidents = daemon.incidents.filter((i) => i.about === 'failure');
  if (incidents.length === 0)
    return [
      question.capabilities.some((id) => (graph.byId.get(id)?.probes.length ?? 0) > 0)
        ? `no probe of ${question.capabilities.join(', ')}, nor of what rests on it, sees ${question.class}`
        : `${question.capabilities.join(', ')} has no probe, and too little that rests on it has one`,
    ];
  return incidents.map(({ root, loudness, wanted, held, told, owner, tier }) => {
    if (held !== null) return `${root.id} is held (${held.reason}): ${held.by}`;
    if ((loudness ?? wanted) !== 'page')
      return `${root.id} is only a ${loudness ?? wanted}: tier ${String(tier)}, and what its probes may cause`;
    return told.size === 0
      ? `no route leads from ${root.id} (owner ${owner ?? 'none'}, tier ${String(tier)}) to a channel`
      : `${root.id} went to ${[...told.keys()].join(', ')} as something else than a page`;
  });
}
