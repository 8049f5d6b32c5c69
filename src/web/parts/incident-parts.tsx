import type { ComponentChildren, JSX } from 'preact';
import type { IncidentBody } from '../../api/shapes/incident.ts';
import { factText } from '../words/phrases.ts';
import { STATE_WORDS } from '../words/states.ts';
import type { State } from '../words/states.ts';
import { Away, CapabilityLink, ProbeLink, ServiceLink } from './links.tsx';
import { Ago, At, Left } from './time.tsx';

/** What is told about an incident. */
export type Told = IncidentBody['incident'];

/** The mark of an incident: what its severity looks like; hollow while nobody was told. */
export function stateOf({ state, incident }: IncidentBody): State {
  if (state === 'pending') return 'unknown';
  if (state === 'resolved') return 'up';
  return incident.severity === 'critical' ? 'down' : incident.severity === 'warning' ? 'degraded' : 'at-risk';
}

/** A line with its label; nothing where there is nothing to say. */
export function Line({
  label,
  state,
  children,
}: {
  readonly label: string;
  readonly state?: State;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <>
      <dt class={state === undefined ? 'label' : `label state ${state}`}>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** Who is hit, by how it is hit, and who is not. `most` lines of each; the rest is counted. */
export function Effect({ told, most }: { readonly told: Told; readonly most: number }): JSX.Element {
  const { root, impact, unaffected } = told;
  return (
    <>
      {root.capabilities.length > 0 && (
        <Line label="broken">
          <Names capabilities={root.capabilities} />
        </Line>
      )}
      {(['down', 'degraded', 'at-risk'] as const).map((state) => {
        const those = impact.filter((each) => each.state === state);
        if (those.length === 0) return null;
        return (
          <Line key={state} label={STATE_WORDS[state]} state={state}>
            {those.slice(0, most).map((each) => (
              <div key={each.capability}>
                <CapabilityLink capability={each.capability} />
                {each.until !== null && (
                  <span class="state at-risk">
                    {' '}
                    <Left until={each.until} />
                  </span>
                )}
                {each.effect !== null && ` ${each.effect}`}
                {each.owner !== null && <span class="muted"> ({each.owner})</span>}
              </div>
            ))}
            {those.length > most && <div class="muted">and {those.length - most} more</div>}
          </Line>
        );
      })}
      {unaffected.length > 0 && (
        <Line label="not affected">
          <Names capabilities={unaffected} />
        </Line>
      )}
    </>
  );
}

/** Capabilities in a row. */
export function Names({ capabilities }: { readonly capabilities: readonly string[] }): JSX.Element {
  return (
    <span>
      {capabilities.map((capability, index) => (
        <span key={capability}>
          {index > 0 && ' · '}
          <CapabilityLink capability={capability} />
        </span>
      ))}
    </span>
  );
}

/** Expected beside got. */
function Comparison({ expected, got }: { readonly expected: string; readonly got: string }): JSX.Element {
  return (
    <div class="comparison">
      <span class="muted">expected</span>
      <code>{expected}</code>
      <span class="muted">got</span>
      <code>{got}</code>
    </div>
  );
}

/** Why we believe it. */
export function Because({ told: { root } }: { readonly told: Told }): JSX.Element {
  return (
    <Line label="because">
      {root.message !== '' && <div class="evidence">{root.message}</div>}
      {(root.expected !== undefined || root.got !== undefined) && (
        <Comparison expected={root.expected ?? ''} got={root.got ?? ''} />
      )}
      <div class="muted">
        {root.probe !== null && <ProbeLink probe={root.probe} />} {root.class !== null && <code>{root.class}</code>}
        {root.inferred && ' Inferred from those that need it; nothing probes it directly.'}
        {!root.verified && !root.inferred && ' Named before its own runs could confirm it.'}
      </div>
    </Line>
  );
}

/** What changed shortly before: what was announced, and what nobody announced. */
export function Changed({ told, most }: { readonly told: Told; readonly most: number }): JSX.Element | null {
  const { drift, changes } = told;
  if (drift.length + changes.length === 0) return null;
  return (
    <Line label="changed">
      {drift.slice(-most).map((each) => (
        <div key={`${each.at}${each.probe}${each.fact}`}>
          {each.fact} of <ProbeLink probe={each.probe} />{' '}
          <code>
            {factText(each.before)} → {factText(each.after)}
          </code>
          <span class="muted">
            {each.announced ? ' announced, ' : ' nobody announced it, '}
            <Ago at={each.at} />
          </span>
        </div>
      ))}
      {changes.slice(-most).map((change) => (
        <div key={`${change.at}${change.summary}`}>
          <ServiceLink service={change.service} />:{' '}
          {change.url === null ? change.summary : <Away to={change.url}>{change.summary}</Away>}
          <span class="muted">
            {change.by === null ? ' ' : ` by ${change.by}, `}
            <Ago at={change.at} />
          </span>
        </div>
      ))}
    </Line>
  );
}

const ORDER = ['works', 'unproven', 'blocked'];
const STANDING = {
  works: { word: '✓ works', state: 'up' },
  unproven: { word: '? not proven', state: 'degraded' },
  blocked: { word: '✕ blocked', state: 'down' },
} as const;

/** Which ways out stand right now, those that work first. */
export function WaysOut({ told: { recovery, runbook } }: { readonly told: Told }): JSX.Element | null {
  if (recovery.length === 0 && runbook === null) return null;
  const ways = [...recovery].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  return (
    <Line label="way out">
      {ways.map((way) => {
        const { word, state } = STANDING[way.state];
        return (
          <div key={`${way.service}/${way.name}`}>
            {way.url === null ? way.name : <Away to={way.url}>{way.name}</Away>}{' '}
            <span class={`state ${state}`}>{word}</span>
            <span class="muted">
              {way.blockedBy.length > 0 && `: needs ${way.blockedBy.join(' → ')}`}
              {way.breakGlass && `, break-glass, ${way.drilled === null ? 'never drilled' : `drilled ${way.drilled}`}`}
            </span>
          </div>
        );
      })}
      {runbook !== null && (
        <div>
          <Away to={runbook}>Runbook</Away>
        </div>
      )}
    </Line>
  );
}

/** When it began, when somebody was told, and whether anybody works on it. */
export function Standing({ view }: { readonly view: IncidentBody }): JSX.Element {
  const { incident, state, held, acknowledgedBy } = view;
  return (
    <>
      {incident.owner ?? 'no owner'} · since <At at={incident.startedAt} utc />
      {state === 'pending' && ` · nobody was told yet${held === null ? '' : ` (${held})`}`}
      {incident.pagedAt !== null && (
        <>
          {' '}
          · paged <At at={incident.pagedAt} />
        </>
      )}
      {state === 'open' && (acknowledgedBy === null ? ' · not acknowledged' : ` · acknowledged by ${acknowledgedBy}`)}
    </>
  );
}
