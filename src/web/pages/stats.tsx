import type { JSX } from 'preact';
import type { FiguresBody } from '../../api/shapes/figures.ts';
import { AskedView } from '../parts/asked-view.tsx';
import { CapabilityLink, ProbeLink, ServiceLink, ViewLink } from '../parts/links.tsx';
import { duration } from '../words/duration.ts';
import { counted } from '../words/phrases.ts';
import { place } from '../world/address.ts';
import { useAsked } from '../world/asked.ts';
import { now } from '../world/live.ts';

const DAY_MS = 86_400_000;
const SPANS = [
  { name: '7 d', days: 7 },
  { name: '30 d', days: 30 },
  { name: '90 d', days: 90 },
] as const;

/** How often people were woken, how quickly, what stood how long, and what cannot make up its mind. */
export function StatsView(): JSX.Element {
  const span = SPANS.find(({ name }) => name === place.value.query.get('span')) ?? SPANS[1];
  // Whole hours: the question is dear, and stays the same for an hour.
  const toMs = Math.ceil(now.value / 3_600_000) * 3_600_000;
  const from = new Date(toMs - span.days * DAY_MS).toISOString();
  const asked = useAsked<FiguresBody>(`stats?from=${from}&to=${new Date(toMs).toISOString()}`);
  return (
    <>
      <h1>Stats</h1>
      <p class="choices" role="group" aria-label="Span">
        {SPANS.map((each) => (
          <ViewLink
            key={each.name}
            to="stats"
            query={{ span: each.name }}
            class={each === span ? 'button chosen' : 'button'}
          >
            {each.name}
          </ViewLink>
        ))}
      </p>
      <AskedView asked={asked}>{(figures) => <Figures figures={figures} />}</AskedView>
    </>
  );
}

function Figures({ figures }: { readonly figures: FiguresBody }): JSX.Element {
  const { pages, pagesPerWeek, falseShare, labelled, services, capabilities, flappiest } = figures;
  const said = Object.values(labelled).reduce((all, count) => all + count, 0);
  return (
    <>
      <p>
        {counted(pages, 'page')}
        {pagesPerWeek !== null && `, ${Number(pagesPerWeek.toFixed(1))} a week`};{' '}
        {falseShare === null
          ? 'none labelled, so nobody knows how many were false'
          : `${Math.round(falseShare * 100)} % of ${counted(said, 'labelled one')} false`}
        .
      </p>
      <Table
        title="Who paged"
        empty="Nobody was paged in this span."
        head={['service', 'pages', 'false', 'onset to page', 'page to acknowledge']}
        rows={services.map(({ service, pages: count, labelledFalse, toPageMs, toAcknowledgeMs }) => [
          <ServiceLink key={service} service={service} />,
          count,
          labelledFalse,
          durationOrNone(toPageMs),
          durationOrNone(toAcknowledgeMs),
        ])}
      />
      <Table
        title="Availability, least available first"
        empty="Nothing is known of this span."
        head={['capability', 'available', 'down', 'degraded', 'objective', 'budget left']}
        rows={capabilities.map(({ capability, availability, downMs, degradedMs, objective, budgetLeft }) => [
          <CapabilityLink key={capability} capability={capability} />,
          percent(availability),
          downMs === 0 ? '–' : duration(downMs),
          degradedMs === 0 ? '–' : duration(degradedMs),
          percent(objective),
          budgetLeft === null ? (
            '–'
          ) : (
            <span key="budget" class={budgetLeft < 0 ? 'state down' : ''}>
              {Math.round(budgetLeft * 100)} %
            </span>
          ),
        ])}
      />
      <Table
        title="Flappiest probes"
        empty="No probe turned in this span."
        head={['probe', 'turns', 'failures', 'runs']}
        rows={flappiest.map(({ probe, turns, failures, runs }) => [
          <ProbeLink key={probe} probe={probe} />,
          turns,
          failures,
          runs,
        ])}
      />
    </>
  );
}

function Table({
  title,
  empty,
  head,
  rows,
}: {
  readonly title: string;
  readonly empty: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (JSX.Element | string | number)[])[];
}): JSX.Element {
  return (
    <section>
      <h2 class="label">{title}</h2>
      {rows.length === 0 ? (
        <p class="muted">{empty}</p>
      ) : (
        <div class="scroll" tabindex={0} role="region" aria-label={title}>
          <table>
            <thead>
              <tr>
                {head.map((each) => (
                  <th key={each} scope="col">
                    {each}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((cells, index) => (
                <tr key={index}>
                  {cells.map((cell, column) => (
                    <td key={column}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function durationOrNone(ms: number | null): string {
  return ms === null ? '–' : duration(ms);
}

/** Down to the thousandth of a percent where that is what matters: 99.95 %, 100 %. */
function percent(share: number | null): string {
  return share === null ? '–' : `${Number((share * 100).toFixed(3))} %`;
}
