import type { JSX } from 'preact';
import type { IncidentBody } from '../../api/shapes/incident.ts';
import { counted } from '../words/phrases.ts';
import { openOf, useMoment } from '../world/moment.ts';
import { Acknowledge } from './acknowledge.tsx';
import { Because, Changed, Effect, Standing, stateOf, WaysOut } from './incident-parts.tsx';
import { ViewLink } from './links.tsx';
import { StateMark } from './state-mark.tsx';
import { Lasting } from './time.tsx';

const LINES = 6;

/** Everything that is wrong in the moment that is shown. */
export function OpenIncidents(): JSX.Element {
  const { incidents } = useMoment();
  return (
    <ul class="incidents">
      {openOf(incidents.values()).map((view) => (
        <OpenIncident key={view.id} view={view} />
      ))}
    </ul>
  );
}

/** One of them: the sentence that was sent, effect, reason, what changed, the ways out. */
function OpenIncident({ view }: { readonly view: IncidentBody }): JSX.Element {
  const { incident } = view;
  const { isLive } = useMoment();
  return (
    <li class={`incident ${incident.severity} ${view.state}`}>
      <div class="head">
        <StateMark state={stateOf(view)} />
        <h2>
          <ViewLink to={`incidents/${encodeURIComponent(view.id)}`}>{incident.title}</ViewLink>
        </h2>
        <Lasting since={incident.startedAt} />
        {isLive && <Acknowledge view={view} />}
        <ViewLink to={`incidents/${encodeURIComponent(view.id)}`} class="button">
          Open
        </ViewLink>
      </div>
      <dl>
        <Effect told={incident} most={LINES} />
        <Because told={incident} />
        <Changed told={incident} most={LINES} />
        <WaysOut told={incident} />
      </dl>
      <p class="foot muted">
        <code>{view.id}</code> · <Standing view={view} />
        {incident.suppressed.length > 0 && ` · ${counted(incident.suppressed.length, 'alert')} held back`}
      </p>
    </li>
  );
}
