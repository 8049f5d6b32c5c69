import { resolve } from 'node:path';
import { isLoopback } from '../config/grammar/tcp-address.ts';
import { readChannel } from '../config/read-channel.ts';
import { configurationFiles } from './configuration-files.ts';
import { answerImpact } from '../core/impact/answer-impact.ts';
import { engine } from '../core/tocsin-engine.ts';
import { startApi } from '../api/start-api.ts';
import { startDaemon } from '../daemon/daemon.ts';
import type { Daemon } from '../daemon/daemon.ts';
import { openLog } from '../log/open-log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Diagnostic } from '../model/configuration.ts';
import type { ProbeId } from '../model/ids.ts';
import { Secret } from '../model/secret.ts';
import type { LoadedConfiguration } from '../ports/loaded.ts';
import type { DaemonListener } from '../ports/telemetry.ts';
import { askAnchor } from '../probes/net/ask-anchor.ts';
import { createResolver } from '../probes/net/resolver.ts';
import { logEvents } from '../telemetry/log-events.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { openTraces } from '../telemetry/traces.ts';
import { allKinds } from './kinds.ts';
import type { Screen } from './kinds.ts';
import type { Findings } from '../core/lint/lint.ts';
import { knownFindings } from './known-findings.ts';
import { loadFrom } from './load.ts';
import { PastThreads } from './replay/past-threads.ts';
import { reloader } from './reloader.ts';
import { keepPruned } from './retention.ts';
import { sha256 } from './sha256.ts';
import { systemClock } from './system-clock.ts';
import { version } from './version.ts';
import { watchFiles } from './watch-files.ts';
import { writeToken } from './write-token.ts';

/** How a daemon is run from the command line. */
export interface RunOptions {
  readonly paths: readonly string[];
  /** Overrides the configuration's `log.path`. */
  readonly data?: string;
  /** Overrides the configuration's `server.listen`. */
  readonly listen?: { readonly host: string; readonly port: number };
  readonly env: NodeJS.ProcessEnv;
  /** Where pages of `terminal` channels are printed. */
  readonly screen: Screen;
  /** Log lines, and whether a person reads them. */
  readonly logs: {
    readonly write: (line: string) => void;
    readonly readable: boolean;
    readonly colour: boolean;
    readonly level?: 'debug' | 'info' | 'warn' | 'silent';
  };
  /** Also hears what the daemon does. */
  readonly listener?: DaemonListener;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** A daemon at work, with its log, telemetry and API. Disposing drains and closes all of it. */
export interface RunningTocsin extends AsyncDisposable {
  readonly daemon: Daemon;
  readonly url: string;
  readonly dataFolder: string;
  /** Reads the configuration again; an invalid one changes nothing and is reported. */
  readonly reload: () => Promise<void>;
}

/** What starting gives: the running daemon, or why the configuration was refused. */
export type StartResult =
  | { readonly kind: 'running'; readonly tocsin: RunningTocsin }
  | {
      readonly kind: 'refused';
      readonly diagnostics: readonly Diagnostic[];
      readonly sources: readonly { readonly file: string; readonly text: string }[];
    };

/**
 * Constructs everything, in the order in which it must stand: configuration, log, telemetry, daemon, API, file
 * watch. Rejects with LogError or an API error (an address in use) after undoing what was begun.
 */
export async function runDaemon(options: RunOptions): Promise<StartResult> {
  const { clock = systemClock } = options;
  const kinds = allKinds(options.screen);
  const { result, referred } = await loadFrom(options.paths, kinds, options.env);
  if (!result.ok) return { kind: 'refused', diagnostics: result.diagnostics, sources: result.sources };
  await using stack = new AsyncDisposableStack();
  const open = openToTheWorld(result.loaded, options);
  if (open !== undefined) return { kind: 'refused', diagnostics: [open], sources: result.loaded.sources };
  const loaded = withOverrides(result.loaded, options);
  const dataFolder = resolve(options.data ?? loaded.log.path);
  const logger = createLogger(options.logs);
  let current = loaded;
  const findings = knownFindings(() => current, clock.wall);
  // Before anything is probed: looking for findings takes its time.
  tellUnpaged(findings(), logger);
  const listeners: DaemonListener[] = [
    logEvents(logger),
    ...(options.listener === undefined ? [] : [options.listener]),
  ];
  const hear: DaemonListener = (event) => {
    for (const listener of listeners) listener(event);
  };
  const log = stack.use(await openLog({ path: dataFolder, engine: engine.version }));
  const token = await writeToken(dataFolder);
  const traces =
    loaded.telemetry.otlp === undefined
      ? undefined
      : stack.use(
          await openTraces({
            otlp: loaded.telemetry.otlp,
            instance: loaded.configuration.instance,
            wall: clock.wall,
          }),
        );
  if (traces !== undefined) listeners.push(traces.listener);
  const resolver = createResolver();
  const daemon = stack.use(
    await startDaemon({
      clock,
      engine,
      log,
      loaded,
      probeKinds: kinds.probes,
      channelKinds: kinds.channels,
      readChannel: (channel) =>
        readChannel(channel, {
          channelKinds: kinds.channels,
          read: configurationFiles,
          env: (name) => options.env[name],
        }),
      resolver,
      ping: pingWatcher,
      askAnchor: (anchor, signal) => askAnchor(anchor, resolver, signal),
      sha256,
      listener: hear,
      impact: answerImpact,
      ...(traces === undefined ? {} : { traceparent: traces.traceparent }),
    }),
  );
  const metrics = stack.use(createMetrics(daemon.gauges, clock.monotonic));
  listeners.push(metrics.listener);
  const api = stack.use(
    await startApi({
      view: daemon.view,
      past: stack.use(new PastThreads(dataFolder)),
      auth: loaded.server.auth,
      listen: loaded.server.listen,
      ...(loaded.server.publicUrl === undefined ? {} : { publicUrl: loaded.server.publicUrl }),
      version: version(),
      writeToken: token,
      ...(loaded.telemetry.metrics ? { metrics: metrics.render } : {}),
      heartbeatToken: (probe) => tokenOf(current, probe),
      listener: hear,
      findings,
      wall: clock.wall,
    }),
  );
  const warn = (what: string) => (message: string) => logger.warn({ message }, what);
  const reload = reloader({
    daemon,
    read: () => loadFrom(options.paths, kinds, options.env),
    override: (next) => withOverrides(next, options),
    taken: (next, files) => {
      current = next;
      metrics.retainProbes(next.configuration.probes.map((probe) => probe.id));
      api.setAuth(next.server.auth, next.server.publicUrl);
      watched.refer(files);
    },
  });
  const watched = stack.use(
    await watchFiles(options.paths, () => void reload(), warn('files are not watched; send SIGHUP after a change')),
  );
  watched.refer(referred);
  stack.use(
    keepPruned({
      log,
      settings: () => current.log,
      incidents: daemon.view.incidents,
      now: clock.wall,
      problem: warn('the log could not be pruned'),
    }),
  );
  const owned = stack.move();
  return {
    kind: 'running',
    tocsin: { daemon, url: api.url, dataFolder, reload, [Symbol.asyncDispose]: () => owned.disposeAsync() },
  };
}

/** Findings that say more at the start than the first night does. At most this many of them. */
const MAX_TOLD = 10;

/** Who would not be paged is said at the start, where somebody looks: `check` may never have been run. */
function tellUnpaged({ findings }: Findings, logger: ReturnType<typeof createLogger>): void {
  const unpaged = findings.filter(({ code, severity }) => severity === 'error' && code.startsWith('page/'));
  for (const { code, subject, message, help } of unpaged.slice(0, MAX_TOLD)) {
    logger.warn({ code, subject, message, help }, 'a page would not arrive');
  }
  const more = unpaged.length - MAX_TOLD;
  if (more > 0) logger.warn({ more }, 'more findings about paging are not shown; tocsin check lists them');
}

/** One GET; whatever is no success is said without the address, which is a secret. */
async function pingWatcher(url: Secret, signal: AbortSignal): Promise<void> {
  const response = await fetch(url.reveal(), { signal, redirect: 'error' }).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
    throw new Error(
      `it could not be reached${cause !== undefined && 'code' in cause ? ` (${String(cause.code)})` : ''}`,
    );
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`it answered ${String(response.status)}`);
}

/** A heartbeat's own token, which is good for that heartbeat alone. */
function tokenOf(loaded: LoadedConfiguration, probe: ProbeId): Secret | undefined {
  const options = loaded.probes.get(probe)?.options;
  if (typeof options !== 'object' || options === null || !('token' in options)) return undefined;
  return options.token instanceof Secret ? options.token : undefined;
}

/** `--listen` must not open what the file would have been refused for. */
function openToTheWorld({ server }: LoadedConfiguration, { listen }: RunOptions): Diagnostic | undefined {
  if (listen === undefined || isLoopback(listen.host) || server.auth.kind !== 'default') return undefined;
  return {
    code: 'server/open',
    severity: 'error',
    subject: 'server.auth',
    message: `listening on ${listen.host} is refused: everybody who reaches it could read everything`,
    help: 'give server.auth tokens, or say auth: none, or listen on 127.0.0.1',
  };
}

/** What the command line says counts more than what the file says. */
function withOverrides(loaded: LoadedConfiguration, options: RunOptions): LoadedConfiguration {
  return options.listen === undefined ? loaded : { ...loaded, server: { ...loaded.server, listen: options.listen } };
}
