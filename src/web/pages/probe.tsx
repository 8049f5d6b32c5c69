import type { JSX } from 'preact';
import type { ObservationBody, SummaryBody } from '../../api/shapes/observation.ts';
import { AskedView } from '../parts/asked-view.tsx';
import { LatencyChart } from '../parts/latency-chart.tsx';
import { ServiceLink, ViewLink } from '../parts/links.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import { Ago, At, Lasting } from '../parts/time.tsx';
import { latency } from '../words/duration.ts';
import { factText } from '../words/phrases.ts';
import { PROBE_STATES } from '../words/states.ts';
import type { State } from '../words/states.ts';
import { place } from '../world/address.ts';
import { useAsked } from '../world/asked.ts';
import { now, services } from '../world/live.ts';

const EVERY_MS = 10_000;
const RUNS = 60;
const SPANS = [
  { name: '1 h', hours: 1, step: '1m' },
  { name: '24 h', hours: 24, step: '15m' },
  { name: '7 d', hours: 168, step: '2h' },
  { name: '30 d', hours: 720, step: '8h' },
] as const;
const OUTCOME_STATES: Readonly<Record<ObservationBody['outcome'], State>> = {
  pass: 'up',
  fail: 'down',
  unknown: 'unknown',
};

/** One probe: how its runs went, how long they took, what it knows of its target, and its last runs with evidence. */
export function ProbeView({ probe }: { readonly probe: string }): JSX.Element {
  const service = probe.split('/')[0] ?? '';
  const live = services.value.get(service)?.probes.find((each) => each.probe === probe);
  const span = SPANS.find(({ name }) => name === place.value.query.get('span')) ?? SPANS[0];
  // Whole minutes, so that the question stays the same for a minute.
  const to = Math.floor(now.value / 60_000) * 60_000 + 60_000;
  const from = to - span.hours * 3_600_000;
  const name = encodeURIComponent(probe);
  const range = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;
  const summary = useAsked<{ readonly items: readonly SummaryBody[] }>(
    live === undefined ? null : `observations/summary?probe=${name}&${range}&step=${span.step}`,
  );
  const runs = useAsked<{ readonly items: readonly ObservationBody[] }>(
    live === undefined ? null : `observations?probe=${name}&limit=${RUNS}`,
    EVERY_MS,
  );
  if (live === undefined)
    return (
      <p class="empty">
        No probe is called <code>{probe}</code> in the running configuration.
      </p>
    );
  return (
    <article>
      <header class="head">
        <StateMark state={PROBE_STATES[live.status]} />
        <h1>{probe}</h1>
        <span class="muted">
          {live.kind}, {live.status}
          {live.since !== null && (
            <>
              {' '}
              for <Lasting since={live.since} />
            </>
          )}
        </span>
      </header>
      <p class="muted">
        Proves <ServiceLink service={service} />.
      </p>
      {live.message !== null && (
        <p class="evidence">
          {live.class !== null && `${live.class}: `}
          {live.message}
        </p>
      )}
      <p class="choices" role="group" aria-label="Range">
        {SPANS.map((each) => (
          <ViewLink
            key={each.name}
            to={`probes/${probe}`}
            query={{ span: each.name }}
            class={each === span ? 'button chosen' : 'button'}
          >
            {each.name}
          </ViewLink>
        ))}
      </p>
      <AskedView asked={summary}>{({ items }) => <LatencyChart steps={items} />}</AskedView>
      <div class="columns">
        <section>
          <h2 class="label">Last runs</h2>
          <AskedView asked={runs}>{({ items }) => <Runs items={items} />}</AskedView>
        </section>
        <section>
          <h2 class="label">What it knows of its target</h2>
          <Facts facts={live.facts} />
        </section>
      </div>
    </article>
  );
}

function Facts({ facts }: { readonly facts: Readonly<Record<string, unknown>> }): JSX.Element {
  const all = Object.entries(facts);
  if (all.length === 0) return <p class="muted">No fact is known: no run came far enough.</p>;
  return (
    <dl class="facts">
      {all.map(([name, value]) => (
        <div key={name}>
          <dt class="label">{name}</dt>
          <dd>
            <code>{factText(value)}</code>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Runs({ items }: { readonly items: readonly ObservationBody[] }): JSX.Element {
  if (items.length === 0) return <p class="muted">It has not run yet.</p>;
  return (
    <ul class="rows runs">
      {items.map((run) => (
        <li key={run.n}>
          <details>
            <summary>
              <StateMark state={OUTCOME_STATES[run.outcome]} word={false} />
              <At at={run.startedAt} /> <span class="figure">{latency(run.durationMs)}</span>
              <span class="muted small">
                {' '}
                {run.cause === 'schedule' ? '' : `${run.cause}, `}
                <Ago at={run.startedAt} />
              </span>
              {run.message !== undefined && (
                <span class="evidence">
                  {' '}
                  {run.class !== undefined && `${run.class}: `}
                  {run.message}
                </span>
              )}
            </summary>
            <Details run={run} />
          </details>
        </li>
      ))}
    </ul>
  );
}

function Details({
  run: { phases, evidence, measured, warnings = [] },
}: {
  readonly run: ObservationBody;
}): JSX.Element {
  const spent = Object.entries(phases ?? {});
  return (
    <div class="more">
      {spent.length > 0 && <p class="muted small">{spent.map(([name, ms]) => `${name} ${latency(ms)}`).join(' · ')}</p>}
      {warnings.map((warning) => (
        <p key={warning.class} class="evidence">
          {warning.class}: {warning.message}
        </p>
      ))}
      {[evidence, measured].map(
        (held, index) =>
          held !== undefined && (
            <pre key={index} class="evidence">
              {JSON.stringify(held, null, 2)}
            </pre>
          ),
      )}
    </div>
  );
}
