import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { IncidentBody } from '../../api/shapes/incident.ts';
import { Acknowledge } from '../parts/acknowledge.tsx';
import { CopyText } from '../parts/copy-text.tsx';
import { Because, Changed, Effect, Line, Standing, stateOf, WaysOut } from '../parts/incident-parts.tsx';
import { CapabilityLink, ProbeLink, ViewLink } from '../parts/links.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import { At, Lasting } from '../parts/time.tsx';
import { duration } from '../words/duration.ts';
import { incidentText } from '../words/incident-text.ts';
import { factText } from '../words/phrases.ts';
import { dayText } from '../words/clock-text.ts';
import { tell } from '../world/ask.ts';
import { attempt } from '../world/attempt.ts';
import { href } from '../world/address.ts';
import { incidents, keep } from '../world/live.ts';

const ALL = 1000;

/** One incident: left its story, right what is true of it. */
export function IncidentView({ id }: { readonly id: string }): JSX.Element {
  const view = incidents.value.get(id);
  if (view === undefined)
    return (
      <p class="empty">
        This daemon remembers no incident <code>{id}</code>. Those that ended long ago are in the log:{' '}
        <code>tocsin report {id}</code>.
      </p>
    );
  const { incident } = view;
  return (
    <article class={`incident whole ${incident.severity} ${view.state}`}>
      <header class="head">
        <StateMark state={stateOf(view)} />
        <h1>{incident.title}</h1>
        {incident.resolvedAt === null ? (
          <Lasting since={incident.startedAt} />
        ) : (
          <span>lasted {duration(Date.parse(incident.resolvedAt) - Date.parse(incident.startedAt))}</span>
        )}
      </header>
      <p class="foot muted">
        <code>{view.id}</code> · tier {incident.tier} · <Standing view={view} />
        {incident.resolvedAt !== null && (
          <>
            {' '}
            · over at <At at={incident.resolvedAt} utc />
            {view.closedBecause !== null && ` (${view.closedBecause})`}
          </>
        )}
      </p>
      <p class="actions">
        <Acknowledge view={view} />
        <ViewLink to="graph" query={{ incident: view.id }} class="button">
          Show in the graph
        </ViewLink>
        <ViewLink to="replay" query={{ at: incident.startedAt }} class="button">
          Replay
        </ViewLink>
        <Label view={view} />
        <ViewLink to="silences" query={{ service: incident.root.id }} class="button">
          Silence
        </ViewLink>
        <CopyText text={() => incidentText(view, href(`incidents/${view.id}`))}>Copy for chat</CopyText>
      </p>
      <div class="columns">
        <section aria-labelledby="story">
          <h2 id="story" class="label">
            What happened
          </h2>
          <Story view={view} />
          <Note id={view.id} />
        </section>
        <section aria-labelledby="truth">
          <h2 id="truth" class="label">
            {view.state === 'resolved' ? 'What was true' : 'What is true now'}
          </h2>
          <dl>
            <Because told={incident} />
            <Effect told={incident} most={ALL} />
            <WaysOut told={incident} />
            <Changed told={incident} most={ALL} />
            <Suppressed view={view} />
            <Related view={view} />
          </dl>
        </section>
      </div>
    </article>
  );
}

const LABELS = ['real', 'false', 'no-action'] as const;

/** Whether it was worth it: what false pages are counted by. */
function Label({ view }: { readonly view: IncidentBody }): JSX.Element {
  const refusal = useSignal<string | null>(null);
  const label = async (text: string): Promise<void> => {
    keep(await tell<IncidentBody>('POST', `incidents/${encodeURIComponent(view.id)}/label`, { label: text }));
  };
  return (
    <label class="small">
      It was{' '}
      <select
        value={view.label ?? ''}
        onChange={({ currentTarget }) => void attempt(refusal, () => label(currentTarget.value))}
      >
        <option value="" disabled>
          not labelled
        </option>
        {LABELS.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
      {refusal.value !== null && (
        <span class="trouble small" role="alert">
          {' '}
          {refusal.value}
        </span>
      )}
    </label>
  );
}

interface Moment {
  readonly at: string;
  readonly kind: string;
  readonly text: JSX.Element | string;
}

/** Everything that happened, in order: what the engine decided, what was told, what changed in between. */
function Story({ view: { timeline, incident } }: { readonly view: IncidentBody }): JSX.Element {
  const moments: Moment[] = [
    ...timeline.map(({ at, what, text }) => ({ at, kind: what, text })),
    ...incident.drift.map(({ at, probe, fact, before, after, announced }) => ({
      at,
      kind: 'drift',
      text: (
        <>
          {fact} of <ProbeLink probe={probe} /> changed: <code>{`${factText(before)} → ${factText(after)}`}</code>
          {announced ? '' : ', nobody announced it'}
        </>
      ),
    })),
    ...incident.changes.map(({ at, service, summary, by }) => ({
      at,
      kind: 'change',
      text: `${service}: ${summary}${by === null ? '' : ` (${by})`}`,
    })),
  ].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  if (moments.length === 0) return <p class="muted">Nothing was recorded yet.</p>;
  return (
    <ol class="story">
      {moments.map((moment, index) => (
        <li key={`${moment.at}${index}`} class={moment.kind}>
          <ViewLink to="replay" query={{ at: moment.at }} title="The world as it was known then">
            {dayText(moment.at) !== dayText(moments[index - 1]?.at ?? incident.startedAt) && `${dayText(moment.at)} `}
            <At at={moment.at} />
          </ViewLink>
          <span class="what muted">{moment.kind}</span>
          <span>{moment.text}</span>
        </li>
      ))}
    </ol>
  );
}

function Note({ id }: { readonly id: string }): JSX.Element {
  const text = useSignal('');
  const refusal = useSignal<string | null>(null);
  const write = async (): Promise<void> => {
    keep(await tell<IncidentBody>('POST', `incidents/${encodeURIComponent(id)}/notes`, { text: text.value }));
    text.value = '';
  };
  return (
    <form
      class="note"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(refusal, write);
      }}
    >
      <label>
        <span class="unseen">A note for the story</span>
        <input
          placeholder="A note for the story"
          required
          maxLength={4000}
          value={text}
          onInput={({ currentTarget }) => (text.value = currentTarget.value)}
        />
      </label>
      <button type="submit">Add note</button>
      {refusal.value !== null && (
        <p class="trouble" role="alert">
          {refusal.value}
        </p>
      )}
    </form>
  );
}

function Suppressed({ view: { incident } }: { readonly view: IncidentBody }): JSX.Element | null {
  if (incident.suppressed.length === 0) return null;
  return (
    <Line label="held back">
      {incident.suppressed.map(({ probe, reason, by }) => (
        <div key={probe}>
          <ProbeLink probe={probe} />{' '}
          <span class="muted">
            {reason}
            {by !== '' && (
              <>
                {' '}
                by <CapabilityLink capability={by} />
              </>
            )}
          </span>
        </div>
      ))}
    </Line>
  );
}

function Related({ view: { incident } }: { readonly view: IncidentBody }): JSX.Element | null {
  if (incident.related.length === 0) return null;
  return (
    <Line label="related">
      {incident.related.map(({ id, relation }) => (
        <div key={id}>
          <ViewLink to={`incidents/${encodeURIComponent(id)}`}>{id}</ViewLink> <span class="muted">{relation}</span>
        </div>
      ))}
    </Line>
  );
}
