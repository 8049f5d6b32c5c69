import { batch, computed, signal } from '@preact/signals';
import type { ChangeBody } from '../../api/routes/events.ts';
import type { IncidentBody } from '../../api/shapes/incident.ts';
import type { ServiceBody } from '../../api/shapes/service.ts';
import type { StatusBody } from '../../api/shapes/status.ts';
import { root } from './address.ts';
import { readSession } from './session.ts';
import { mayRead, needSignIn } from './who.ts';

/** A stream that said nothing for so long is dead: the server says something at least every five seconds. */
const SILENT_MS = 16_000;
const AGAIN_MS = 3000;

/** The whole in a glance; null until the daemon said something. */
export const status = signal<StatusBody | null>(null);
/** All services by name. */
export const services = signal<ReadonlyMap<string, ServiceBody>>(new Map());
/** All incidents that the daemon remembers, by id. */
export const incidents = signal<ReadonlyMap<string, IncidentBody>>(new Map());
/** How the page hears of the world. `lost` holds why, and since when the page is alone. */
export const connection = signal<
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'lost'; readonly why: string; readonly sinceMs: number }
>({ kind: 'connecting' });

/** The daemon's clock less ours: times are told by its clock. */
const skewMs = signal(0);
const tick = signal(Date.now());
setInterval(() => (tick.value = Date.now()), 1000);
/** What time it is for the daemon, to the second. Reading it makes a component follow the clock. */
export const now = computed(() => tick.value + skewMs.value);

/** Incidents that are over and that somebody was told of, newest end first. */
export const earlierIncidents = computed(() =>
  [...incidents.value.values()]
    .filter(({ event, incident }) => event !== null && event !== 'record' && incident.resolvedAt !== null)
    .sort((a, b) => ((a.incident.resolvedAt ?? '') < (b.incident.resolvedAt ?? '') ? 1 : -1)),
);

/** Keeps an incident as the daemon answered a word about it, before the stream says the same. */
export function keep(incident: IncidentBody): void {
  incidents.value = new Map([...incidents.value, [incident.id, incident]]);
}

/** Listens for as long as the page lives; a connection that breaks is made again and goes on where it was. */
export async function keepListening(): Promise<never> {
  for (;;) {
    try {
      await readSession();
      if (mayRead()) await listenOnce();
      else needSignIn('Reading needs a token here.');
    } catch (reason) {
      lose(reason instanceof Error ? reason.message : String(reason));
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** Resolves when the stream has ended; the browser itself resumes short breaks. */
function listenOnce(): Promise<void> {
  return new Promise((resolve) => {
    const known = status.value?.entries;
    const source = new EventSource(new URL(`api/v1/events${known === undefined ? '' : `?after=${known}`}`, root));
    let heardAt = Date.now();
    const end = (why: string): void => {
      clearInterval(watch);
      source.close();
      lose(why);
      resolve();
    };
    const watch = setInterval(() => {
      if (Date.now() - heardAt > SILENT_MS) end('the daemon has fallen silent');
    }, 1000);
    source.addEventListener('change', ({ data }: MessageEvent<string>) => {
      heardAt = Date.now();
      take(JSON.parse(data) as ChangeBody);
    });
    source.addEventListener('refused', ({ data }: MessageEvent<string>) =>
      end((JSON.parse(data) as { detail: string }).detail),
    );
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) end('the daemon refused the connection');
      else lose('no answer');
    });
  });
}

function lose(why: string): void {
  const before = connection.value;
  connection.value = { kind: 'lost', why, sinceMs: before.kind === 'lost' ? before.sinceMs : Date.now() };
}

function take(change: ChangeBody): void {
  batch(() => {
    // A daemon that was started anew on another world: what was known of the old one is void.
    const isOther = status.value !== null && status.value.startedAt !== change.status.startedAt;
    const known = isOther ? new Map<string, ServiceBody>() : new Map(services.value);
    for (const service of change.services) known.set(service.service, service);
    for (const name of change.goneServices) known.delete(name);
    if (isOther || change.services.length + change.goneServices.length > 0) services.value = known;
    if (isOther || change.incidents.length > 0) {
      const before = isOther ? [] : incidents.value;
      incidents.value = new Map([...before, ...change.incidents.map((each) => [each.id, each] as const)]);
    }
    status.value = change.status;
    skewMs.value = Date.parse(change.status.now) - Date.now();
    connection.value = { kind: 'live' };
  });
}
