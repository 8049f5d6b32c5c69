import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { PredictedImpactBody } from '../../api/routes/impact.ts';
import type { GraphBody } from '../../api/shapes/graph.ts';
import { Names } from '../parts/incident-parts.tsx';
import { ownName } from '../words/phrases.ts';
import { STATES } from '../words/states.ts';
import type { State } from '../words/states.ts';
import { tell } from '../world/ask.ts';
import type { Cards } from './cards.ts';
import type { Painting } from './drawing.tsx';

/** The answer to "what if this fails?", or why there is none. */
export interface Prediction {
  readonly body: PredictedImpactBody | null;
  readonly error: string | null;
}

const NONE: Prediction = { body: null, error: null };

/** Asks what a failure of a capability would do; null asks nothing. */
export function usePrediction(capability: string | null): Prediction {
  const [answer, setAnswer] = useState<Prediction & { readonly of: string | null }>({ ...NONE, of: null });
  useEffect(() => {
    if (capability === null) return undefined;
    let isLeft = false;
    tell<PredictedImpactBody>('POST', 'impact', { capabilities: [capability] }).then(
      (body) => isLeft || setAnswer({ body, error: null, of: capability }),
      (reason: unknown) => isLeft || setAnswer({ body: null, error: String(reason), of: capability }),
    );
    return () => {
      isLeft = true;
    };
  }, [capability]);
  return answer.of === capability ? answer : NONE;
}

/** The buttons that ask, and who would be told. */
export function WhatIf({
  capabilities,
  failing,
  prediction: { body, error },
  choose,
}: {
  readonly capabilities: GraphBody['capabilities'];
  readonly failing: string | null;
  readonly prediction: Prediction;
  readonly choose: (capability: string | null) => void;
}): JSX.Element {
  const isAsked = capabilities.some(({ id }) => id === failing);
  return (
    <section aria-label="What if this fails?">
      <h3 class="label">What if this fails?</h3>
      <p class="choices">
        {capabilities.map(({ id }) => (
          <button
            key={id}
            type="button"
            aria-pressed={id === failing}
            onClick={() => choose(id === failing ? null : id)}
          >
            {ownName(id)}
          </button>
        ))}
      </p>
      {isAsked && error !== null && (
        <p class="trouble" role="alert">
          {error}
        </p>
      )}
      {isAsked && body !== null && (
        <dl>
          <Effects label="down" state="down" all={body.down} />
          <Effects label="degraded" state="degraded" all={body.degraded} />
          <Effects label="at risk" state="at-risk" all={body.atRisk} />
          <dt class="label">told</dt>
          <dd>
            {body.notify.length === 0
              ? 'nobody would be told'
              : body.notify.map(({ channel, event, after }) => (
                  <div key={`${channel}${event}`}>
                    {channel}: {event} after {after}
                  </div>
                ))}
          </dd>
          <dt class="label">way out</dt>
          <dd>
            {body.recovery.length === 0
              ? 'none declared'
              : body.recovery.map(({ service, name, state, blockedBy }) => (
                  <div key={`${service}/${name}`}>
                    {name}: {state}
                    {blockedBy.length > 0 && <span class="muted"> (needs {blockedBy.join(' → ')})</span>}
                  </div>
                ))}
          </dd>
        </dl>
      )}
    </section>
  );
}

function Effects({
  label,
  state,
  all,
}: {
  readonly label: string;
  readonly state: State;
  readonly all: PredictedImpactBody['down'];
}): JSX.Element | null {
  if (all.length === 0) return null;
  return (
    <>
      <dt class={`label state ${state}`}>{label}</dt>
      <dd>
        <Names capabilities={all.map(({ capability }) => capability)} />
      </dd>
    </>
  );
}

/** The predicted effect as colours: what would be hit is lit, the rest is dimmed. */
export function predictedPainting(body: PredictedImpactBody, failing: string, { cards }: Cards): Painting {
  const states = new Map<string, State>([[failing, 'down']]);
  const notes = new Map<string, string>();
  for (const { capability } of body.degraded) states.set(capability, 'degraded');
  for (const { capability, until } of body.atRisk) {
    states.set(capability, 'at-risk');
    notes.set(capability, until.replace(/^\+/, ''));
  }
  for (const { capability } of body.down) states.set(capability, 'down');
  const lit = new Set(states.keys());
  for (const card of cards) {
    if (card.kind !== 'owner') continue;
    const own = [...states].filter(([capability]) => card.services.includes(capability.split('.')[0] ?? ''));
    const worst = own.map(([, state]) => state).sort((a, b) => STATES.indexOf(a) - STATES.indexOf(b))[0];
    if (worst === undefined) continue;
    states.set(card.id, worst);
    lit.add(card.id);
  }
  return {
    stateOf: (row) => states.get(row) ?? 'up',
    lit,
    roots: new Set([failing.split('.')[0] ?? '']),
    found: null,
    noteOf: (row) => notes.get(row) ?? null,
  };
}
