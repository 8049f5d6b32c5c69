import type { JSX } from 'preact';
import type { AnnouncedChangeBody } from '../../api/routes/changes.ts';
import { AskedView } from '../parts/asked-view.tsx';
import { Away, ProbeLink, ServiceLink } from '../parts/links.tsx';
import { Ago, At } from '../parts/time.tsx';
import { factText } from '../words/phrases.ts';
import { useAsked } from '../world/asked.ts';
import { incidents } from '../world/live.ts';

const EVERY_MS = 15_000;

/** What was announced, and what changed without a word. */
export function ChangesView(): JSX.Element {
  const asked = useAsked<{ readonly items: readonly AnnouncedChangeBody[] }>('changes', EVERY_MS);
  const drift = [
    ...new Map(
      [...incidents.value.values()]
        .flatMap(({ id, incident }) => incident.drift.map((each) => ({ ...each, id })))
        .filter(({ announced }) => !announced)
        .map((each) => [`${each.at} ${each.probe} ${each.fact}`, each]),
    ).values(),
  ].sort((a, b) => (a.at < b.at ? 1 : -1));
  return (
    <>
      <h1>Changes</h1>
      <AskedView asked={asked}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="muted empty">
              Nobody announced a change yet. Deploys, moved names and new keys belong here:{' '}
              <code>tocsin change SERVICE SUMMARY</code>, or POST /api/v1/changes from a pipeline.
            </p>
          ) : (
            <ul class="rows">
              {items.map(({ at, service, summary, by, url }) => (
                <li key={`${at}${service}${summary}`}>
                  <At at={at} /> <ServiceLink service={service} />:{' '}
                  {url === null ? summary : <Away to={url}>{summary}</Away>}
                  <span class="muted">
                    {by !== null && ` by ${by}`}, <Ago at={at} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </AskedView>
      {drift.length > 0 && (
        <>
          <h2 class="label">Nobody announced</h2>
          <ul class="rows">
            {drift.map(({ at, probe, fact, before, after }) => (
              <li key={`${at}${probe}${fact}`}>
                <At at={at} /> {fact} of <ProbeLink probe={probe} />{' '}
                <code>{`${factText(before)} → ${factText(after)}`}</code>{' '}
                <span class="muted">
                  <Ago at={at} />
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
