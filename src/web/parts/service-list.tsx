import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ServiceBody } from '../../api/shapes/service.ts';
import { ownName } from '../words/phrases.ts';
import { STATE_WORDS } from '../words/states.ts';
import { openOf, useMoment } from '../world/moment.ts';
import type { Moment } from '../world/moment.ts';
import { ViewLink } from './links.tsx';
import { StateMark } from './state-mark.tsx';
import { Strip } from './strip.tsx';
import { Lasting, Left } from './time.tsx';

const NO_OWNER = 'no owner';
/** Above so many services only what is not up is shown unfolded. */
const FOLD_FROM = 80;
/** Above so many they stand in columns. */
const COLUMNS_FROM = 16;

/** Services by owner, in an order that does not depend on how they stand: nothing moves while it is read. */
function byOwner(services: Moment['services']): readonly (readonly [owner: string, all: readonly ServiceBody[]])[] {
  const sorted = [...services.values()].sort((a, b) => a.tier - b.tier || (a.service < b.service ? -1 : 1));
  const groups = [...Map.groupBy(sorted, ({ owner }) => owner ?? NO_OWNER)];
  return groups.sort(([a], [b]) => Number(a === NO_OWNER) - Number(b === NO_OWNER) || (a < b ? -1 : 1));
}

/** @param wanted only services whose name, title, owner or capabilities contain this */
export function ServiceList({ wanted }: { readonly wanted: string }): JSX.Element {
  const text = wanted.trim().toLowerCase();
  const { services } = useMoment();
  const owners = useMemo(() => byOwner(services), [services]);
  const isLarge = services.size > FOLD_FROM && text === '';
  const groups = owners
    .map(([owner, all]) => [owner, text === '' ? all : all.filter((each) => matches(each, text))] as const)
    .filter(([, some]) => some.length > 0);
  if (groups.length === 0) return <p class="muted empty">Nothing here is called “{wanted}”.</p>;
  return (
    <div class={services.size > COLUMNS_FROM ? 'owners many' : 'owners'}>
      {groups.map(([owner, some]) => (
        <Owner key={owner} owner={owner} all={some} isFolded={isLarge} />
      ))}
    </div>
  );
}

function matches({ service, title, owner, capabilities }: ServiceBody, text: string): boolean {
  const all = [service, title, owner, ...capabilities.map(({ capability }) => capability)].join(' ');
  return all.toLowerCase().includes(text);
}

/** One owner's services. Folded, those that are up are only counted. */
function Owner({
  owner,
  all,
  isFolded,
}: {
  readonly owner: string;
  readonly all: readonly ServiceBody[];
  readonly isFolded: boolean;
}): JSX.Element {
  const { isLive } = useMoment();
  const shown = isFolded ? all.filter(({ state }) => state !== 'up') : all;
  const hidden = isFolded ? all.filter(({ state }) => state === 'up') : [];
  return (
    <section class="owner">
      <h2 class="label">
        {owner} {isLive && <span>last 24 h</span>}
      </h2>
      <ul>
        {shown.map((service) => (
          <Row key={service.service} service={service} />
        ))}
      </ul>
      {hidden.length > 0 && (
        <details>
          <summary class="muted">
            <StateMark state="up" word={false} /> {hidden.length} up
          </summary>
          <p class="compact">
            {hidden.map(({ service }) => (
              <ViewLink key={service} to={`services/${encodeURIComponent(service)}`}>
                {service}
              </ViewLink>
            ))}
          </p>
        </details>
      )}
    </section>
  );
}

function Row({ service: view }: { readonly service: ServiceBody }): JSX.Element {
  const { service, title, state, capabilities } = view;
  // A service that only ever is up has no name for that: its one capability is shown as the state's word.
  const isNameless = capabilities.length === 1 && capabilities[0]?.capability === `${service}.up`;
  const moment = useMoment();
  const since = state === 'up' ? null : sinceOf(view, moment);
  return (
    <li class="service">
      <ViewLink to={`services/${encodeURIComponent(service)}`} class="name" title={title ?? service}>
        {service}
      </ViewLink>
      <span class="capabilities">
        {capabilities.map((each) => (
          <span
            key={each.capability}
            class="capability"
            title={`${each.title ?? each.capability}: ${STATE_WORDS[each.state]}${each.via.length === 0 ? '' : `, needs ${each.via.join(', ')}`}${each.shallow ? ', but only something answers' : ''}`}
          >
            <StateMark state={each.state} word={!isNameless} />
            {isNameless ? STATE_WORDS[each.state] : ownName(each.capability)}
            {!isNameless && each.state !== 'up' && (
              <span class={`state ${each.state}`}> {STATE_WORDS[each.state]}</span>
            )}
            {each.until !== null && (
              <span class={`state ${each.state}`}>
                , <Left until={each.until} />
              </span>
            )}
          </span>
        ))}
      </span>
      <span class="since muted small">{since !== null && <Lasting since={since} />}</span>
      {moment.isLive && <Strip service={service} />}
    </li>
  );
}

/** Since when it stands so: the incident that hits it, else its failing probes. Null where nothing says. */
function sinceOf({ service, capabilities, probes }: ServiceBody, { incidents }: Moment): string | null {
  const own = new Set(capabilities.map(({ capability }) => capability));
  const starts = openOf(incidents.values())
    .filter(({ incident: { root, impact } }) => root.id === service || impact.some((hit) => own.has(hit.capability)))
    .map(({ incident }) => incident.startedAt);
  if (starts.length > 0) return starts.sort()[0] ?? null;
  const changes = probes.flatMap(({ since, status }) => (since !== null && status !== 'passing' ? [since] : []));
  return changes.sort()[0] ?? null;
}
