import type { IncidentRecord, SaidWord, SentMessage } from '../../core/report/incident-record.ts';
import { engine } from '../../core/tocsin-engine.ts';
import type { Configuration } from '../../model/configuration.ts';
import type { Entry, ObservationFact } from '../../model/entry.ts';
import type { Decided } from '../../model/effect.ts';
import type { CapabilityId, IncidentId, ProbeId } from '../../model/ids.ts';
import type { NotifiedIncident } from '../../model/notification.ts';
import type { CapabilityState, IncidentView } from '../../model/view.ts';
import { entriesWithDecisions, ReplayError, startOf } from '../replay/history.ts';
import type { History } from '../replay/history.ts';
import { spanOfIncident } from '../replay/incident-span.ts';
import { tighterRules } from './tighter-rules.ts';

/** States are looked at so often at most while an incident lasts, and no more than once a second. */
const MOST_SAMPLES = 2000;

/**
 * Gathers everything that a log says about one incident. Rejects with ReplayError: `no-incident` where nothing was
 * decided about it.
 */
export async function collectIncident(history: History, id: IncidentId): Promise<IncidentRecord> {
  const span = await spanOfIncident(history, id);
  const start = await startOf(history, { from: span.onset - 60_000 });
  const gathering = new Gathering(id, Math.max(1000, (span.last - span.onset) / MOST_SAMPLES));
  let { state } = start;
  for await (const [entry, decided] of entriesWithDecisions(history, start.afterN, span.to)) {
    try {
      ({ state } = engine.reduce(state, entry));
    } catch {
      // As the daemon: such an entry is kept and passed over.
    }
    gathering.hear(entry, decided);
    if (entry.at >= span.onset && gathering.isDue(entry, decided))
      gathering.look(entry.at, engine.incident(state, id), engine.capabilityStates(state), engine.configuration(state));
  }
  return gathering.record(await tighterRules(history, id, span));
}

class Gathering {
  readonly #id: IncidentId;
  readonly #everyMs: number;
  readonly #failures = new Map<ProbeId, ObservationFact>();
  readonly #messages: SentMessage[] = [];
  readonly #words: SaidWord[] = [];
  readonly #times = new Map<CapabilityId, Record<CapabilityState, number>>();
  #states = new Map<CapabilityId, CapabilityState>();
  #lookedAt: number | null = null;
  #told: NotifiedIncident | undefined;
  #firstFailure: ObservationFact | null = null;
  #last: IncidentView | undefined;
  #configuration: Configuration | null = null;

  constructor(id: IncidentId, everyMs: number) {
    this.#id = id;
    this.#everyMs = everyMs;
  }

  hear(entry: Entry, decided: Decided | undefined): void {
    if (entry.kind === 'observation') {
      if (entry.outcome === 'pass') this.#failures.delete(entry.probe);
      else if (entry.outcome === 'fail' && !this.#failures.has(entry.probe)) this.#failures.set(entry.probe, entry);
    }
    if (entry.kind === 'command') this.#hearWord(entry.at, entry.command);
    if (entry.kind === 'sent' && entry.incident === this.#id) this.#delivered(entry);
    for (const effect of decided?.effects ?? []) {
      if (effect.kind !== 'notify' || effect.incident !== this.#id) continue;
      const { channel, sequence, notification } = effect;
      this.#messages.push({ at: entry.at, event: notification.event, channel, sequence, result: null });
      this.#tell(notification.incident);
    }
  }

  isDue({ at }: Entry, decided: Decided | undefined): boolean {
    return decided !== undefined || this.#lookedAt === null || at - this.#lookedAt >= this.#everyMs;
  }

  look(
    at: number,
    view: IncidentView | undefined,
    states: Iterable<readonly [CapabilityId, CapabilityState]>,
    configuration: Configuration | null,
  ): void {
    const until = this.#last?.state === 'resolved' ? this.#lookedAt : at;
    if (this.#lookedAt !== null && until !== null)
      for (const [capability, state] of this.#states) this.#count(capability, state, until - this.#lookedAt);
    this.#states = new Map(states);
    this.#lookedAt = at;
    this.#configuration = configuration ?? this.#configuration;
    this.#last = view ?? this.#last;
    if (this.#told === undefined && view !== undefined && view.incident.root.probe !== null)
      this.#firstFailure = this.#failures.get(view.incident.root.probe) ?? this.#firstFailure;
  }

  record(tighter: IncidentRecord['tighter']): IncidentRecord {
    const last = this.#last;
    const configuration = this.#configuration;
    if (last === undefined || configuration === null)
      throw new ReplayError(
        'no-incident',
        `the log decided about ${this.#id}, but its engine does not know it any more`,
      );
    const mine = new Set([
      ...last.incident.root.capabilities,
      ...[...last.incident.impact, ...(this.#told?.impact ?? [])].map((hit) => hit.capability),
    ]);
    return {
      configuration,
      told: this.#told ?? last.incident,
      last,
      firstFailure: this.#firstFailure,
      messages: this.#messages,
      words: this.#words,
      times: [...this.#times].filter(([id]) => mine.has(id)).map(([capability, ms]) => ({ capability, ms })),
      tighter,
    };
  }

  #count(capability: CapabilityId, state: CapabilityState, ms: number): void {
    if (state === 'up' && !this.#times.has(capability)) return;
    const times = this.#times.get(capability) ?? { up: 0, 'at-risk': 0, degraded: 0, down: 0, unknown: 0 };
    times[state] += ms;
    this.#times.set(capability, times);
  }

  #tell(incident: NotifiedIncident | null): void {
    if (this.#told !== undefined || incident === null) return;
    this.#told = incident;
    if (incident.root.probe !== null)
      this.#firstFailure = this.#failures.get(incident.root.probe) ?? this.#firstFailure;
  }

  #delivered({ channel, sequence, result, detail }: Entry & { readonly kind: 'sent' }): void {
    const index = this.#messages.findIndex((each) => each.channel === channel && each.sequence === sequence);
    const message = this.#messages[index];
    if (message === undefined) return;
    this.#messages[index] = { ...message, result: detail === undefined ? result : `${result}: ${detail}` };
  }

  #hearWord(at: number, command: Extract<Entry, { kind: 'command' }>['command']): void {
    if (!('incident' in command) || command.incident !== this.#id) return;
    const { by } = command;
    switch (command.kind) {
      case 'acknowledge':
        this.#words.push({ at, by, what: 'acknowledged', text: '' });
        return;
      case 'note':
        this.#words.push({ at, by, what: 'note', text: command.text });
        return;
      case 'label':
        this.#words.push({ at, by, what: 'label', text: command.label });
        return;
      case 'close':
        this.#words.push({ at, by, what: 'closed', text: '' });
        return;
      default:
        return;
    }
  }
}
