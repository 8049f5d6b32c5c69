import type { JSX } from 'preact';
import type { GraphBody } from '../../api/shapes/graph.ts';
import type { ServiceBody, ServiceDetailBody } from '../../api/shapes/service.ts';
import { AskedView } from '../parts/asked-view.tsx';
import { Away, CapabilityLink, ProbeLink, ViewLink } from '../parts/links.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import { Strip } from '../parts/strip.tsx';
import { Ago, Lasting, Left } from '../parts/time.tsx';
import { duration } from '../words/duration.ts';
import { ownName } from '../words/phrases.ts';
import { PROBE_STATES, STATE_WORDS } from '../words/states.ts';
import { useAsked } from '../world/asked.ts';
import { incidents, services, status } from '../world/live.ts';

/** One service: its capabilities with what they need and who needs them, its probes, what was declared. */
export function ServiceView({ id }: { readonly id: string }): JSX.Element {
  const live = services.value.get(id);
  const hash = status.value?.configHash ?? '';
  const declared = useAsked<ServiceDetailBody>(
    live === undefined ? null : `services/${encodeURIComponent(id)}?of=${hash}`,
  );
  const { description = null, runbook = null, external = false } = declared.body ?? {};
  const graph = useAsked<GraphBody>(live === undefined ? null : `graph?of=${hash}`);
  if (live === undefined)
    return (
      <p class="empty">
        No service is called <code>{id}</code> in the running configuration.
      </p>
    );
  return (
    <article class="service-view">
      <header class="head">
        <StateMark state={live.state} />
        <h1>{id}</h1>
        <span class={`state ${live.state}`}>{STATE_WORDS[live.state]}</span>
      </header>
      <p class="muted">
        {live.title !== null && `${live.title}, `}
        {live.owner ?? 'no owner'}, tier {live.tier}
        {external && ', run by somebody else'}
      </p>
      {description !== null && <p class="prose">{description}</p>}
      <p class="actions">
        <ViewLink to="graph" query={{ around: id }} class="button">
          Show in the graph
        </ViewLink>
        {runbook !== null && (
          <span class="button">
            <Away to={runbook}>Runbook</Away>
          </span>
        )}
      </p>
      <Strip service={id} />
      <Incidents id={id} />
      <h2 class="label">Capabilities</h2>
      <AskedView asked={graph}>{(body) => <Capabilities live={live} graph={body} />}</AskedView>
      <h2 class="label">Probes</h2>
      <Probes live={live} />
      {declared.body !== null && <Recovery declared={declared.body} />}
    </article>
  );
}

function Incidents({ id }: { readonly id: string }): JSX.Element | null {
  const own = [...incidents.value.values()]
    .filter(
      ({ incident }) =>
        incident.root.id === id || incident.impact.some(({ capability }) => capability.startsWith(`${id}.`)),
    )
    .sort((a, b) => (a.incident.startedAt < b.incident.startedAt ? 1 : -1))
    .slice(0, 8);
  if (own.length === 0) return null;
  return (
    <>
      <h2 class="label">Incidents</h2>
      <ul class="rows">
        {own.map(({ id: name, state, incident }) => (
          <li key={name}>
            <StateMark state={state === 'resolved' ? 'up' : 'down'} word={false} />
            <ViewLink to={`incidents/${encodeURIComponent(name)}`}>{incident.title}</ViewLink>
            <span class="muted small">
              {incident.resolvedAt === null ? (
                <>
                  for <Lasting since={incident.startedAt} />
                </>
              ) : (
                <>
                  lasted {duration(Date.parse(incident.resolvedAt) - Date.parse(incident.startedAt))}, over{' '}
                  <Ago at={incident.resolvedAt} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Capabilities({ live, graph }: { readonly live: ServiceBody; readonly graph: GraphBody }): JSX.Element {
  const declared = new Map(graph.capabilities.map((each) => [each.id, each]));
  const dependents = Map.groupBy(
    graph.capabilities.flatMap(({ id, needs }) => needs.flatMap(({ of }) => of.map((needed) => ({ id, needed })))),
    ({ needed }) => needed,
  );
  return (
    <ul class="rows">
      {live.capabilities.map(({ capability, title, state, via, until, shallow }) => {
        const needs = declared.get(capability)?.needs ?? [];
        const used = dependents.get(capability)?.map(({ id }) => id) ?? [];
        return (
          <li key={capability} class="capability-row">
            <div>
              <StateMark state={state} />
              <b>{ownName(capability)}</b> <span class={`state ${state}`}>{STATE_WORDS[state]}</span>
              {until !== null && (
                <>
                  , <Left until={until} />
                </>
              )}
              {title !== null && <span class="muted"> {title}</span>}
              {shallow && <span class="muted"> (only something answers: nothing proves that it works)</span>}
            </div>
            {via.length > 0 && (
              <div class="muted">
                because of{' '}
                {via.map((each) => (
                  <CapabilityLink key={each} capability={each} />
                ))}
              </div>
            )}
            {needs.length > 0 && (
              <div class="muted small">
                needs{' '}
                {needs.map(({ kind, of, ttlMs, min }, index) => (
                  <span key={of.join()}>
                    {index > 0 && ', '}
                    {kind === 'any' && `${min ?? 1} of `}
                    {of.map((each, nth) => (
                      <span key={each}>
                        {nth > 0 && ' or '}
                        <CapabilityLink capability={each} />
                      </span>
                    ))}
                    {kind === 'soft' && ' (soft)'}
                    {kind === 'cached' && ` (cached for ${duration(ttlMs ?? 0)})`}
                  </span>
                ))}
              </div>
            )}
            {used.length > 0 && (
              <div class="muted small">
                needed by{' '}
                {used.map((each, index) => (
                  <span key={each}>
                    {index > 0 && ', '}
                    <CapabilityLink capability={each} />
                  </span>
                ))}
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Probes({ live: { probes } }: { readonly live: ServiceBody }): JSX.Element {
  if (probes.length === 0) return <p class="muted">Nothing probes it; it stands as what it needs stands.</p>;
  return (
    <ul class="rows">
      {probes.map(({ probe, kind, status: standing, since, class: failure, message, warnings }) => (
        <li key={probe}>
          <div>
            <StateMark state={PROBE_STATES[standing]} word={false} />
            <ProbeLink probe={probe} />{' '}
            <span class="muted">
              {kind}, {standing}
              {since !== null && (
                <>
                  {' '}
                  for <Lasting since={since} />
                </>
              )}
            </span>
          </div>
          {message !== null && (
            <div class="evidence">
              {failure !== null && `${failure}: `}
              {message}
            </div>
          )}
          {warnings.map((warning) => (
            <div key={warning.class} class="evidence">
              {warning.class}: {warning.message}
            </div>
          ))}
        </li>
      ))}
    </ul>
  );
}

function Recovery({ declared: { recovery } }: { readonly declared: ServiceDetailBody }): JSX.Element | null {
  if (recovery.length === 0) return null;
  return (
    <>
      <h2 class="label">Ways out, as declared</h2>
      <ul class="rows">
        {recovery.map(({ name, needs, breakGlass, drilled, url }) => (
          <li key={name}>
            {url === null ? name : <Away to={url}>{name}</Away>}
            <span class="muted">
              {needs.length > 0 && ` needs ${needs.join(', ')}`}
              {breakGlass && `, break-glass, ${drilled === null ? 'never drilled' : `drilled ${drilled}`}`}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
