import type { IncidentView, ServiceView } from '../model/view.ts';
import type { DaemonView, StatusView } from '../ports/daemon-view.ts';

/** How often somebody who listens may hear of changes. */
const TICK_MS = 1000;
/** At least so often, changed or not: a listener tells a quiet world from a dead connection. */
const PULSE_MS = 5000;
/** More listeners than a wall of screens has are refused. */
const MOST = 200;

/** What changed since a listener last heard: whole views of what is different, names of what is gone. */
export interface LiveChange {
  /** The newest entry that this knows of: the id to resume from. */
  readonly n: number;
  readonly status: StatusView;
  readonly services: readonly ServiceView[];
  readonly incidents: readonly IncidentView[];
  readonly goneServices: readonly string[];
}

/** Tells listeners what changes, and nothing while nobody listens. Disposing ends all of them. */
export interface LiveFeed extends Disposable {
  /**
   * @param after what the listener knows already: an entry's number, or null for nothing
   * @param ended called when the feed is disposed
   * @returns what ends the listening; undefined where there are too many listeners
   */
  readonly listen: (
    after: number | null,
    hear: (change: LiveChange) => void,
    ended: () => void,
  ) => Disposable | undefined;
}

interface Known<View> {
  readonly signature: string;
  /** The entry up to which the change was seen. */
  readonly n: number;
  readonly view: View;
}

interface Listener {
  readonly hear: (change: LiveChange) => void;
  readonly ended: () => void;
  n: number;
  heardAt: number;
}

/**
 * Compares the world with itself once a second, once for all listeners. Only what people see counts as a change:
 * that a probe ran again and found the same does not.
 *
 * @param broke hears what was thrown while the world was looked at
 */
export function createLiveFeed(view: DaemonView, wall: () => number, broke: (error: Error) => void): LiveFeed {
  const listeners = new Set<Listener>();
  const services = new Map<string, Known<ServiceView>>();
  const incidents = new Map<string, Known<IncidentView>>();
  const gone = new Map<string, number>();
  let timer: ReturnType<typeof setInterval> | undefined;

  const look = (n: number): void => {
    const present = view.services();
    update(services, present, ({ service }) => service, serviceSignature, n);
    update(incidents, view.incidents(), ({ id }) => id, JSON.stringify, n);
    const names = new Set<string>(present.map(({ service }) => service));
    for (const name of names) gone.delete(name);
    for (const name of services.keys()) {
      if (names.has(name)) continue;
      services.delete(name);
      gone.set(name, n);
    }
  };

  const tell = (listener: Listener, status: StatusView, now: number): void => {
    const change = {
      n: status.entries,
      status,
      services: since(services, listener.n),
      incidents: since(incidents, listener.n),
      goneServices: [...gone].flatMap(([name, n]) => (n > listener.n ? [name] : [])),
    };
    const isQuiet = change.services.length + change.incidents.length + change.goneServices.length === 0;
    if (isQuiet && now - listener.heardAt < PULSE_MS) return;
    listener.n = status.entries;
    listener.heardAt = now;
    listener.hear(change);
  };

  const tick = (): void => {
    try {
      const status = view.status();
      look(status.entries);
      const now = wall();
      for (const listener of listeners) tell(listener, status, now);
    } catch (error) {
      broke(error instanceof Error ? error : new Error(String(error)));
    }
  };

  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
    // What was known ages while nobody listens; the next listener begins with a fresh look.
    services.clear();
    incidents.clear();
    gone.clear();
  };

  return {
    listen: (after, hear, ended) => {
      if (listeners.size >= MOST) return undefined;
      const listener = { hear, ended, n: after ?? -1, heardAt: -Infinity };
      // After a pause of the feed nobody knows what changed when: whoever comes first is told everything.
      if (timer === undefined) listener.n = -1;
      listeners.add(listener);
      timer ??= setInterval(tick, TICK_MS);
      queueMicrotask(tick);
      return {
        [Symbol.dispose]: () => {
          listeners.delete(listener);
          if (listeners.size === 0) stop();
        },
      };
    },
    [Symbol.dispose]: () => {
      for (const { ended } of listeners) ended();
      listeners.clear();
      stop();
    },
  };
}

function update<View>(
  known: Map<string, Known<View>>,
  views: readonly View[],
  nameOf: (view: View) => string,
  signatureOf: (view: View) => string,
  n: number,
): void {
  for (const view of views) {
    const name = nameOf(view);
    const signature = signatureOf(view);
    if (known.get(name)?.signature !== signature) known.set(name, { signature, n, view });
  }
}

function since<View>(known: ReadonlyMap<string, Known<View>>, after: number): View[] {
  return [...known.values()].flatMap(({ n, view }) => (n > after ? [view] : []));
}

/** Everything that is shown of a service but when its probes last ran. */
function serviceSignature({ title, owner, tier, state, capabilities, probes }: ServiceView): string {
  const standing = probes.map((each) => [each.probe, each.status, each.since, each.class, each.message, each.warnings]);
  return JSON.stringify([title, owner, tier, state, capabilities, standing]);
}
