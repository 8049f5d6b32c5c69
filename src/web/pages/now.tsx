import { computed, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { ViewLink } from '../parts/links.tsx';
import { OpenIncidents } from '../parts/open-incidents.tsx';
import { ServiceList } from '../parts/service-list.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import { Ago, Lasting } from '../parts/time.tsx';
import { duration } from '../words/duration.ts';
import { counted } from '../words/phrases.ts';
import { STATES, STATE_WORDS } from '../words/states.ts';
import type { State } from '../words/states.ts';
import { earlierIncidents, incidents, services, status } from '../world/live.ts';
import { openOf } from '../world/moment.ts';

const EARLIER_SHOWN = 5;
const SEARCH_FROM = 12;

const wanted = signal('');
const owners = computed(() => new Set([...services.value.values()].map(({ owner }) => owner)).size);

/** Is anything wrong, for whom, why do we believe it, what changed, what can be done; then all that is watched. */
export function Now(): JSX.Element | null {
  const whole = status.value;
  if (whole === null) return null;
  const open = openOf(incidents.value.values());
  return (
    <>
      <section aria-label="Now">
        {open.length === 0 && <Headline />}
        <OpenIncidents />
      </section>
      {services.value.size > 0 && (
        <section aria-label="Services">
          <div class="bar">
            <p class="counts">
              {STATES.filter((state) => whole.summary[state] > 0).map((state) => (
                <span key={state}>
                  <StateMark state={state} word={false} /> {whole.summary[state]} {STATE_WORDS[state]}
                </span>
              ))}
            </p>
            {(services.value.size >= SEARCH_FROM || owners.value > 4) && (
              <label>
                <span class="unseen">Find a service</span>
                <input
                  type="search"
                  placeholder="Find a service, owner or capability"
                  autocomplete="off"
                  spellcheck={false}
                  value={wanted}
                  onInput={({ currentTarget }) => (wanted.value = currentTarget.value)}
                />
              </label>
            )}
          </div>
          <ServiceList wanted={wanted.value} />
        </section>
      )}
      {earlierIncidents.value.length > 0 && <Earlier />}
    </>
  );
}

/** The one line that answers "is anything wrong?" while no incident does: incidents speak for themselves. */
function Headline(): JSX.Element | null {
  const whole = status.value;
  if (whole === null) return null;
  const { summary } = whole;
  if (Object.values(summary).reduce((all, count) => all + count, 0) === 0)
    return (
      <Said state="unknown" title="Nothing is watched yet">
        A service in the configuration, with a probe, appears here within seconds.
      </Said>
    );
  if (!whole.ready)
    return (
      <Said state="unknown" title="Taking a first look">
        Not every probe has had its first run. What is known is below.
      </Said>
    );
  if (summary.down + summary.degraded + summary['at-risk'] > 0)
    return (
      <Said
        state={summary.down > 0 ? 'down' : summary.degraded > 0 ? 'degraded' : 'at-risk'}
        title="Not all is up, and nobody was told"
      >
        It may be a blip, or something that asks for no page.
      </Said>
    );
  if (summary.unknown > 0)
    return (
      <Said state="unknown" title="Nothing known is wrong">
        {counted(summary.unknown, 'capability', 'capabilities')} without a fresh result: unknown, not up.
      </Said>
    );
  const ended = earlierIncidents.value[0]?.incident.resolvedAt ?? null;
  return (
    <Said state="up" title="All well">
      {ended === null ? (
        <>
          No incident since this daemon started, <Ago at={whole.startedAt} />.
        </>
      ) : (
        <>
          No incident for <Lasting since={ended} />.
        </>
      )}
    </Said>
  );
}

function Said({
  state,
  title,
  children,
}: {
  readonly state: State;
  readonly title: string;
  readonly children: unknown;
}): JSX.Element {
  return (
    <div class="headline" role="status">
      <StateMark state={state} />
      <p class="title">{title}</p>
      <p class="muted">{children as JSX.Element}</p>
    </div>
  );
}

function Earlier(): JSX.Element {
  return (
    <section class="earlier" aria-labelledby="earlier-title">
      <h2 id="earlier-title" class="label">
        Earlier
      </h2>
      <ul>
        {earlierIncidents.value.slice(0, EARLIER_SHOWN).map(({ id, incident }) => (
          <li key={id}>
            <ViewLink to={`incidents/${encodeURIComponent(id)}`}>{incident.title}</ViewLink>
            {incident.resolvedAt !== null && (
              <span class="muted small">
                lasted {duration(Date.parse(incident.resolvedAt) - Date.parse(incident.startedAt))}, over{' '}
                <Ago at={incident.resolvedAt} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
