import { clearInterval, setInterval } from 'node:timers';
import type { ChangeFact, Entry, Fact, ObservationFact, TroubleFact } from '../model/entry.ts';
import type { ChannelId, ProbeId } from '../model/ids.ts';
import type { DaemonView, PushedResult, Refusal } from '../ports/daemon-view.ts';
import type { Configuration, Probe } from '../model/configuration.ts';
import type { IncidentView } from '../model/view.ts';
import type { LoadedConfiguration } from '../ports/loaded.ts';
import type { Gauges } from '../ports/telemetry.ts';
import type { ArmedProbe } from './armed-probe.ts';
import { ChannelHealth } from './channel-health.ts';
import { nodeCronCalendar } from './cron-calendar.ts';
import type { CronCalendar } from './cron-calendar.ts';
import type { Daemon } from './daemon.ts';
import { reasonOf } from './daemon-error.ts';
import { within } from './deadline.ts';
import { Deadman } from './deadman.ts';
import { EntryClock } from './entry-clock.ts';
import { FactsBook } from './facts-book.ts';
import { Lanes } from './lanes.ts';
import type { Alongside } from './log-record.ts';
import { LoopDelay } from './loop-delay.ts';
import { MaintenanceCalendar } from './maintenance-calendar.ts';
import { Outbox } from './outbox.ts';
import type { DaemonParts } from './parts.ts';
import { prepare } from './prepare.ts';
import type { Prepared } from './prepare.ts';
import { observePushed } from './pushed.ts';
import type { Pushed } from './pushed.ts';
import { Prober } from './prober.ts';
import type { MadeRun } from './prober.ts';
import type { RecoveredDaemon } from './recover.ts';
import { RemoteClocks } from './remote-clocks.ts';
import type { RetiredChannel } from './retired-channels.ts';
import { Scheduler } from './scheduler.ts';
import type { StartedRun } from './scheduler.ts';
import { Sequencer } from './sequencer.ts';
import { StartPace } from './start-pace.ts';
import { verification } from './verification.ts';
import type { Verification } from './verification.ts';
import { daemonGauges, daemonView } from './view.ts';
import { Vantage } from './vantage.ts';
import { WakeUps } from './wake-ups.ts';

const LANES = { total: 2000, perTarget: 16 };
/** Three waits of a stop (for the log, for deliveries, for the log again) fit into the thirty seconds that supervisors give. */
const DRAIN_MS = 5000;
const BEAT_MS = 1000;
/** A notification that nobody took for so long, and several runs' time without a run, are told to the watcher outside. */
const UNDELIVERED_MS = 300_000;
const SILENT_RUNS = 3;
const SILENT_AT_LEAST_MS = 60_000;
/** Announced changes kept for showing. */
const CHANGES_KEPT = 200;

/** The loops, joined: schedule → probe → log → reduce → outbox → channel. */
export class RunningDaemon<State> implements Daemon {
  readonly parts: DaemonParts<State>;
  readonly clock: EntryClock;
  readonly sequencer: Sequencer<State>;
  readonly outbox: Outbox;
  readonly prober: Prober;
  readonly view: DaemonView;
  readonly gauges: Gauges;
  readonly startedAt: number;
  readonly #calendar: CronCalendar;
  readonly #scheduler: Scheduler;
  readonly #maintenance: MaintenanceCalendar;
  readonly #vantage: Vantage;
  readonly #health: ChannelHealth;
  readonly #deadman: Deadman;
  readonly #loopDelay: LoopDelay;
  /** On the entries' clock. */
  readonly #wakeUps: WakeUps;
  /** On the monotonic clock. */
  readonly #deadlines: WakeUps;
  readonly #memories: Map<ProbeId, unknown>;
  #changes: readonly (ChangeFact & Pick<Entry, 'at'>)[];
  #loaded: LoadedConfiguration;
  #armed: ReadonlyMap<ProbeId, ArmedProbe> = new Map();
  #beat: NodeJS.Timeout | undefined;
  #rejected: string | undefined;
  #shedding = false;
  /** When a run ended last (monotonic), and how long that may be ago. */
  #observedAt: number;
  #longestSilenceMs = Infinity;
  #isReady = false;
  #stopping: Promise<void> | undefined;

  constructor(parts: DaemonParts<State>, recovered: RecoveredDaemon<State>) {
    const { monotonic } = parts.clock;
    const { listener: emit, limits } = parts;
    const report = (thrown: unknown): void => emit({ kind: 'problem', where: 'timer', message: reasonOf(thrown) });
    const now = (): number => this.clock.now();
    const calendar = (this.#calendar = parts.calendar ?? nodeCronCalendar(report));
    this.parts = parts;
    this.#observedAt = monotonic();
    this.#loaded = parts.loaded;
    this.#changes = recovered.changes.slice(-CHANGES_KEPT);
    this.#memories = new Map(parts.log.recovered.memories);
    this.clock = new EntryClock(parts.clock, recovered.position.at);
    this.startedAt = this.clock.now();
    this.#wakeUps = new WakeUps(now, report);
    this.#deadlines = new WakeUps(monotonic, report);
    this.#loopDelay = new LoopDelay(monotonic);
    this.prober = new Prober({
      ...parts,
      now,
      monotonic,
      deadlines: this.#deadlines,
      loopDelay: this.#loopDelay,
      clocks: new RemoteClocks(() => this.clock.wall(), monotonic),
      pace: new StartPace(this.#deadlines),
      facts: new FactsBook(parts.sha256),
      emit,
    });
    this.#health = new ChannelHealth({
      wakeUps: this.#deadlines,
      needsDown: (channel) => this.#needsDown(channel),
      tell: (channel, state, message) =>
        void this.sequencer.append({ kind: 'trouble', what: 'channel', channel, state, message }),
      failing: failingChannels(parts.engine.incidents(recovered.position.state)),
    });
    this.outbox = new Outbox({
      wall: () => this.clock.wall(),
      wakeUps: this.#deadlines,
      record: (fact, alongside) => void this.sequencer.append(fact, alongside),
      needsDown: (channel) => this.#needsDown(channel),
      health: this.#health,
      emit,
      threads: parts.log.recovered.threads,
      ...(limits?.outbox === undefined ? {} : { limits: limits.outbox }),
    });
    this.sequencer = new Sequencer({
      engine: parts.engine,
      from: recovered.position,
      log: parts.log,
      clock: this.clock,
      monotonic,
      wakeUps: this.#wakeUps,
      hash: parts.sha256,
      emit,
      reprobe: (effect) => this.#scheduler.request(effect),
      deliver: (items) => this.outbox.put(items),
      resumed: () => this.#scheduler.resume(),
      ...(limits?.commits === undefined ? {} : { limits: limits.commits }),
    });
    this.#scheduler = new Scheduler({
      now,
      wakeUps: this.#wakeUps,
      lanes: new Lanes(limits?.lanes ?? LANES),
      calendar,
      run: (started) => this.#run(started),
    });
    this.#maintenance = new MaintenanceCalendar({
      calendar,
      wall: () => this.clock.wall(),
      announce: (command) => void this.sequencer.append({ kind: 'command', command }),
    });
    this.#vantage = new Vantage({
      ask: parts.askAnchor,
      now,
      monotonic,
      wakeUps: this.#deadlines,
      record: (fact) => void this.#append(fact),
    });
    this.#deadman = new Deadman({
      wakeUps: this.#deadlines,
      ping: parts.ping ?? (() => Promise.resolve()),
      doubt: () => this.#doubt(),
      emit,
    });
    this.view = daemonView(this);
    this.gauges = daemonGauges(this);
  }

  get loaded(): LoadedConfiguration {
    return this.#loaded;
  }

  get changes(): readonly (ChangeFact & Pick<Entry, 'at'>)[] {
    return this.#changes;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  get ready(): Promise<void> {
    return this.#scheduler.firstRound;
  }

  /** What the daemon doubts about itself. */
  get troubles(): readonly string[] {
    const { logTrouble, reduceTrouble } = this.sequencer;
    return [
      ...(logTrouble === undefined ? [] : [`the log takes no entries: ${logTrouble}`]),
      ...(reduceTrouble ? ['an entry could not be reduced'] : []),
      ...(this.#rejected === undefined ? [] : [`a changed configuration was refused: ${this.#rejected}`]),
      ...(this.prober.abandoned === 0 ? [] : [`${this.prober.abandoned} runs did not end by their deadline`]),
    ];
  }

  start(retired: ReadonlyMap<ChannelId, RetiredChannel>): void {
    const { engine } = this.parts;
    const before = engine.configuration(this.sequencer.state);
    // Probes stand ready before the first entry, for that entry asks to re-run whatever was open.
    const prepared = this.#prepare(this.#loaded);
    const { at } = this.sequencer.position;
    this.#apply(prepared, (alongside) => {
      this.#append({ kind: 'start', lastAt: at, reason: 'start', wallAt: this.clock.wall() });
      this.#enterConfiguration(before?.hash, alongside);
    });
    this.#endOldTroubles();
    this.outbox.setRetired(retired);
    this.outbox.put(this.parts.log.recovered.outbox);
    this.#beat = setInterval(() => this.sequencer.checkClock(), BEAT_MS);
    void this.#scheduler.firstRound.then(() => (this.#isReady = true));
  }

  reload(loaded: LoadedConfiguration): void {
    if (this.isStopping) return;
    const before = this.#loaded.configuration.hash;
    this.#apply(this.#prepare(loaded), (alongside) => this.#enterConfiguration(before, alongside));
    const { hash } = loaded.configuration;
    this.parts.listener({ kind: 'reloaded', ok: true, hash, message: `${loaded.sources.length} files` });
    if (this.#rejected !== undefined) this.#append(trouble('reload', 'end', 'a valid configuration took effect'));
    this.#rejected = undefined;
  }

  rejectReload(message: string): void {
    const { hash } = this.#loaded.configuration;
    this.parts.listener({ kind: 'reloaded', ok: false, hash, message });
    if (this.#rejected !== message) this.#append(trouble('reload', 'begin', message));
    this.#rejected = message;
  }

  runNow(probe: ProbeId): Promise<ObservationFact | undefined> {
    return this.#scheduler.runNow(probe);
  }

  /** Runs probes again and again: each run is an observation like any other, and stands in the log. */
  verify(probes: readonly Probe[], forMs: number): Promise<Verification<ObservationFact>> {
    const wakeUps = this.#deadlines;
    const run = ({ id }: Probe): Promise<ObservationFact | undefined> => this.runNow(id);
    return verification({ probes, forMs, wakeUps, run, outcomeOf: ({ outcome }) => outcome });
  }

  /** A sign of life, as pushed; resolves once it is on disk. */
  async heartbeat(probe: ProbeId, body: unknown): Promise<Refusal | undefined> {
    const at = this.clock.now();
    return this.#pushed(probe, { what: 'beat', body, at, startedAt: at, endedAt: at });
  }

  /** A result from elsewhere; resolves once it is on disk. */
  async pushed(
    probe: ProbeId,
    { body, startedAgoMs, endedAgoMs, location }: PushedResult,
  ): Promise<Refusal | undefined> {
    const at = this.clock.now();
    const [startedAt, endedAt] = [at - startedAgoMs, at - endedAgoMs];
    return this.#pushed(probe, { what: 'result', body, at, startedAt, endedAt, location });
  }

  async #pushed(probe: ProbeId, pushed: Pushed): Promise<Refusal | undefined> {
    const armed = this.#armed.get(probe);
    const observation = observePushed(armed, pushed, this.prober);
    if (armed === undefined || observation.kind !== 'observation') return observation as Refusal;
    const durably = this.appendDurably([{ kind: 'heartbeat', probe }, observation]);
    this.#tellObserved(armed, observation);
    return durably;
  }

  /** Appends, and waits until it is on disk; a refusal says that it is not, yet. */
  async appendDurably(facts: readonly Fact[]): Promise<Refusal | undefined> {
    const entries = facts.map((fact) => this.#append(fact));
    const last = entries.at(-1);
    if (last === undefined) return { kind: 'unavailable', message: 'the daemon takes no entries now' };
    if (await within(this.#deadlines, DRAIN_MS, this.sequencer.committed(last.n))) return undefined;
    return { kind: 'unavailable', message: 'it is in effect, but the log does not take it to disk now' };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    const drainMs = this.parts.limits?.drainMs ?? DRAIN_MS;
    clearInterval(this.#beat);
    this.#maintenance[Symbol.dispose]();
    this.#vantage[Symbol.dispose]();
    this.#deadman[Symbol.dispose]();
    this.#health[Symbol.dispose]();
    await this.#scheduler[Symbol.asyncDispose]();
    // What was decided must be on disk before it may leave; so commit, then deliver, then record that.
    await within(this.#deadlines, drainMs, this.sequencer.committed(this.sequencer.position.n));
    await this.outbox.drain(drainMs);
    await this.outbox[Symbol.asyncDispose]();
    const messages = this.outbox.remaining;
    if (messages > 0) this.parts.listener({ kind: 'undelivered', messages });
    const written = await this.sequencer.close(drainMs);
    if (!written)
      this.parts.listener({ kind: 'problem', where: 'stop', message: 'the log did not take the last entries in time' });
    this.#wakeUps[Symbol.dispose]();
    this.#deadlines[Symbol.dispose]();
    this.#loopDelay[Symbol.dispose]();
  }

  /** Everything that can be wrong with a configuration is wrong before this. */
  #prepare(loaded: LoadedConfiguration): Prepared {
    return prepare(loaded, {
      probeKinds: this.parts.probeKinds,
      channelKinds: this.parts.channelKinds,
      calendar: this.#calendar,
      running: this.parts.engine.configuration(this.sequencer.state),
    });
  }

  /** Makes a configuration take effect; `enter` writes the entries that say so, when the probes are there to be asked for. */
  #apply({ loaded, armed, channels, fresh }: Prepared, enter: (alongside: Alongside) => void): void {
    this.#loaded = loaded;
    this.#armed = armed;
    this.prober.keepOnly(armed);
    this.outbox.setChannels(channels);
    const scheduled = [...armed.values()].filter(({ probe }) => probe.schedule.kind !== 'pushed');
    this.#scheduler.set(scheduled, fresh);
    enter(this.#forget(fresh));
    this.#health.keepOnly(channels);
    this.#maintenance.set(loaded.configuration.maintenance);
    const pace = Math.min(...loaded.configuration.probes.map((probe) => probe.confirm.everyMs), Infinity);
    this.#vantage.set(loaded.configuration.anchors, pace);
    this.#longestSilenceMs = longestSilence(loaded.configuration);
    this.#deadman.set(this.parts.ping === undefined ? undefined : loaded.deadman);
  }

  #enterConfiguration(before: string | undefined, alongside: Alongside): void {
    const { configuration } = this.#loaded;
    if (configuration.hash !== before) this.#append({ kind: 'config', configuration }, alongside);
  }

  /** What a run left for the next is only good for the same question to the same target. */
  #forget(fresh: ReadonlySet<ProbeId>): Alongside {
    const forgotten = [...fresh].filter((id) => this.#memories.delete(id));
    return { memories: forgotten.map((probe) => ({ probe, value: null })) };
  }

  async #run(started: StartedRun): Promise<ObservationFact | undefined> {
    const armed = this.#armed.get(started.probe);
    if (armed === undefined) return undefined;
    this.parts.listener({ kind: 'run-started', probe: started.probe, latenessMs: started.latenessMs });
    try {
      const made = await this.prober.run(armed, { ...started, memory: this.#memories.get(started.probe) ?? null });
      const believed = await this.#believed(made);
      return started.signal.aborted ? undefined : this.#record(armed, believed);
    } catch (thrown) {
      this.parts.listener({ kind: 'problem', where: `probe ${started.probe}`, message: reasonOf(thrown) });
      return undefined;
    }
  }

  /** A failure that we saw while no anchor outside answered says something about us, not about them. */
  async #believed(made: MadeRun): Promise<MadeRun> {
    const { observation } = made;
    if (observation.outcome !== 'fail' || (await this.#vantage.believe(observation.startedAt))) return made;
    const saw = `${observation.class ?? 'a failure'}: ${observation.message ?? ''}`;
    const message = `no anchor answered, so this may be our own network; it saw ${saw}`;
    return {
      ...made,
      observation: { ...observation, outcome: 'unknown', class: 'probe.network', message, against: [], proven: [] },
    };
  }

  #record(armed: ArmedProbe, { observation, memory }: MadeRun): ObservationFact | undefined {
    const { probe } = armed;
    if (memory !== undefined) this.#memories.set(probe.id, memory.value);
    const left = memory === undefined ? {} : { memories: [{ probe: probe.id, value: memory.value }] };
    const entry = this.#append(observation, left);
    if (entry === undefined) return undefined;
    this.#tellObserved(armed, observation);
    return observation;
  }

  #tellObserved({ probe }: ArmedProbe, observation: ObservationFact): void {
    this.#observedAt = this.parts.clock.monotonic();
    this.parts.listener({ kind: 'observed', service: probe.service, probeKind: probe.kind, observation });
  }

  #append(fact: Fact, alongside?: Alongside): Entry | undefined {
    const entry = this.sequencer.append(fact, alongside);
    if (entry?.kind === 'change') this.#changes = [...this.#changes, entry].slice(-CHANGES_KEPT);
    const shedding = entry === undefined && !this.isStopping;
    if (shedding && !this.#shedding) {
      const message = 'the log takes no entries and the backlog is full: observations are dropped';
      this.parts.listener({ kind: 'problem', where: 'log', message });
    }
    this.#shedding = shedding;
    return entry;
  }

  /** Troubles of a life before this one ended with it, but the log may not say so. */
  #endOldTroubles(): void {
    const incidents = this.parts.engine.incidents(this.sequencer.state);
    if (!incidents.some(({ state, incident }) => state !== 'resolved' && incident.root.kind === 'monitor')) return;
    for (const what of ['log', 'reload', 'reduce', 'schedule'] as const)
      this.#append(trouble(what, 'end', 'the daemon was started anew'));
  }

  /** Why a page might not be made or not arrive; undefined while both work. */
  #doubt(): string | undefined {
    const now = this.parts.clock.monotonic();
    const silentMs = now - this.#observedAt;
    const oldest = this.outbox.oldestAt();
    const { logTrouble } = this.sequencer;
    if (logTrouble !== undefined) return `the log takes no entries: ${logTrouble}`;
    if (this.#vantage.isBlind) return 'no anchor answers';
    if (silentMs > this.#longestSilenceMs) return `no probe has run for ${Math.round(silentMs / 1000)} s`;
    if (oldest !== null && this.clock.now() - oldest > UNDELIVERED_MS)
      return `a notification has waited for ${Math.round((this.clock.now() - oldest) / 1000)} s`;
    return undefined;
  }

  #needsDown(channel: ChannelId): boolean {
    const needs = this.#loaded.configuration.channels.find((each) => each.id === channel)?.needs ?? [];
    if (needs.length === 0) return false;
    for (const [id, state] of this.parts.engine.capabilityStates(this.sequencer.state))
      if (state === 'down' && needs.includes(id)) return true;
    return false;
  }
}

/** Without a run for so long, runs do not flow. Infinite where nothing runs by an interval. */
function longestSilence({ probes }: Configuration): number {
  const everyMs = probes.flatMap(({ enabled, schedule }) =>
    enabled && schedule.kind === 'every' ? [schedule.everyMs] : [],
  );
  return everyMs.length === 0 ? Infinity : Math.max(SILENT_AT_LEAST_MS, SILENT_RUNS * Math.min(...everyMs));
}

/** Those that stand as failing, as the engine knows it. */
function failingChannels(incidents: readonly IncidentView[]): readonly ChannelId[] {
  return incidents.flatMap(({ state, incident: { root } }) =>
    state !== 'resolved' && root.kind === 'channel' ? [root.id as ChannelId] : [],
  );
}

function trouble(what: TroubleFact['what'], state: TroubleFact['state'], message: string): TroubleFact {
  return { kind: 'trouble', what, state, message };
}
