import type { JSX } from 'preact';
import type { FindingBody } from '../../api/shapes/finding.ts';
import { AskedView } from '../parts/asked-view.tsx';
import { CapabilityLink, ViewLink } from '../parts/links.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import { counted } from '../words/phrases.ts';
import type { State } from '../words/states.ts';
import { useAsked } from '../world/asked.ts';
import { services, status } from '../world/live.ts';

const MARKS: Readonly<Record<FindingBody['severity'], State>> = { error: 'down', warning: 'degraded', info: 'unknown' };

/** What the running configuration leaves open, worst first, grouped by service. */
export function CheckView(): JSX.Element {
  const hash = status.value?.configHash ?? null;
  const asked = useAsked<{ readonly items: readonly FindingBody[] }>(hash === null ? null : `findings?of=${hash}`);
  return (
    <>
      <h1>Check</h1>
      <AskedView asked={asked}>{({ items }) => <Findings items={items} />}</AskedView>
    </>
  );
}

function Findings({ items }: { readonly items: readonly FindingBody[] }): JSX.Element {
  if (items.length === 0) return <p class="muted empty">The running configuration leaves nothing open.</p>;
  const count = (severity: FindingBody['severity']): number =>
    items.filter((each) => each.severity === severity).length;
  const groups = [...Map.groupBy(items, ({ subject }) => subject.split(/[./]/)[0] ?? subject)].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return (
    <>
      <p class="muted">
        {counted(count('error'), 'error')}, {counted(count('warning'), 'warning')}
        {count('info') > 0 && `, ${counted(count('info'), 'remark')}`}. <code>tocsin check</code> prints the same,
        before a change is merged.
      </p>
      {groups.map(([subject, own]) => (
        <section key={subject} class="findings">
          <h2>
            {services.value.has(subject) ? (
              <ViewLink to={`services/${encodeURIComponent(subject)}`}>{subject}</ViewLink>
            ) : (
              subject
            )}
          </h2>
          <ul class="rows">
            {own.map((finding) => (
              <Finding key={`${finding.code}${finding.subject}${finding.message}`} finding={finding} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function Finding({ finding }: { readonly finding: FindingBody }): JSX.Element {
  const { code, severity, message, help, path = [], file, line } = finding;
  const around = path.find((each) => each.includes('.'));
  return (
    <li>
      <div>
        <StateMark state={MARKS[severity]} word={false} />
        <span class="unseen">{severity}: </span>
        {message} <code class="muted">{code}</code>
      </div>
      {path.length > 0 && (
        <div class="small">
          {path.map((each, index) => (
            <span key={`${each}${index}`}>
              {index > 0 && ' → '}
              {each.includes('.') && !each.includes(' ') ? <CapabilityLink capability={each} /> : each}
            </span>
          ))}{' '}
          {around !== undefined && (
            <ViewLink to="graph" query={{ around: around.split('.')[0] ?? null }} class="muted">
              show
            </ViewLink>
          )}
        </div>
      )}
      {(help !== undefined || file !== undefined) && (
        <div class="muted small">
          {help}
          {file !== undefined && (
            <>
              {' '}
              <code>
                {file}:{line}
              </code>
            </>
          )}
        </div>
      )}
    </li>
  );
}
