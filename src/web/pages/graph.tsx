import type { JSX } from 'preact';
import '../style/graph.css';
import { useMemo, useState } from 'preact/hooks';
import type { GraphBody } from '../../api/shapes/graph.ts';
import { chooseCards, ownerName } from '../graph/cards.ts';
import type { Card } from '../graph/cards.ts';
import { Drawing } from '../graph/drawing.tsx';
import { useLayout } from '../graph/use-layout.ts';
import { paintMoment } from '../graph/painting.ts';
import { predictedPainting, usePrediction, WhatIf } from '../graph/what-if.tsx';
import { AskedView } from '../parts/asked-view.tsx';
import { ViewLink } from '../parts/links.tsx';
import { go, href, place } from '../world/address.ts';
import { useAsked } from '../world/asked.ts';
import { status } from '../world/live.ts';
import { useMoment } from '../world/moment.ts';

/** Above so many cards owners are folded at first. */
const FOLD_FROM = 60;

/** The service graph: layers from what people use to what it rests on. The address holds what is chosen. */
export function GraphView(): JSX.Element {
  // The structure changes only with the configuration; states come live.
  const hash = status.value?.configHash ?? null;
  const asked = useAsked<GraphBody>(hash === null ? null : `graph?of=${hash}`);
  return <AskedView asked={asked}>{(graph) => <Chosen graph={graph} />}</AskedView>;
}

function Chosen({ graph }: { readonly graph: GraphBody }): JSX.Element {
  const { query } = place.value;
  const [owner, around, incident, failing] = ['owner', 'around', 'incident', 'fail'].map((name) => query.get(name));
  const [wanted, setWanted] = useState('');
  const owners = useMemo(() => [...new Set(graph.services.map((each) => ownerName(each.owner)))].sort(), [graph]);
  const [folded, setFolded] = useState<ReadonlySet<string>>(
    () => new Set(graph.services.length > FOLD_FROM ? owners : []),
  );
  const cards = useMemo(
    () =>
      chooseCards(graph, {
        owner: owner ?? null,
        around: around ?? null,
        folded: around !== null || owner !== null ? new Set() : folded,
      }),
    [graph, owner, around, folded],
  );
  const layout = useLayout(cards);
  const moment = useMoment();
  const [selected, setSelected] = useState<string | null>(around ?? failing?.split('.')[0] ?? null);
  const prediction = usePrediction(failing ?? null);
  const painting =
    prediction.body !== null && failing !== null && failing !== undefined
      ? predictedPainting(prediction.body, failing, cards)
      : paintMoment(moment, cards, incident ?? null, wanted);
  const choose = (changes: Readonly<Record<string, string | null>>): void =>
    go(
      href('graph', {
        owner: owner ?? null,
        around: around ?? null,
        incident: incident ?? null,
        fail: failing ?? null,
        ...changes,
      }),
      {
        replace: true,
      },
    );
  const select = (card: Card): void => {
    if (card.kind === 'service') setSelected(card.id);
    else setFolded(folded.difference(new Set([card.title])));
  };
  const chosen = graph.services.find(({ id }) => id === selected);
  return (
    <div class="graph">
      <form class="bar" onSubmit={(event) => event.preventDefault()}>
        <label>
          <span class="unseen">Find in the graph</span>
          <input
            type="search"
            placeholder="Find"
            value={wanted}
            onInput={({ currentTarget }) => setWanted(currentTarget.value)}
          />
        </label>
        <label>
          Owner{' '}
          <select
            value={owner ?? ''}
            onChange={({ currentTarget }) => choose({ owner: currentTarget.value || null, around: null })}
          >
            <option value="">all</option>
            {owners.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        {around !== null && (
          <span>
            around <code>{around}</code>{' '}
            <button type="button" onClick={() => choose({ around: null })}>
              Show all
            </button>
          </span>
        )}
        {folded.size > 0 && around === null && owner === null && (
          <button type="button" onClick={() => setFolded(new Set())}>
            Unfold all
          </button>
        )}
        {folded.size === 0 && cards.cards.length > 12 && around === null && owner === null && (
          <button type="button" onClick={() => setFolded(new Set(owners))}>
            Fold owners
          </button>
        )}
        <Legend />
      </form>
      <div class={chosen === undefined ? 'field' : 'field with-side'}>
        {layout === null ? (
          <p class="muted waiting">Laying it out…</p>
        ) : (
          <Drawing cards={cards} layout={layout} painting={painting} selected={selected} select={select} />
        )}
        {chosen !== undefined && (
          <aside aria-label={`About ${chosen.id}`}>
            <h2>
              <ViewLink to={`services/${encodeURIComponent(chosen.id)}`}>{chosen.id}</ViewLink>
              <button type="button" class="plain" aria-label="Close" onClick={() => setSelected(null)}>
                ✕
              </button>
            </h2>
            {chosen.title !== null && <p class="muted">{chosen.title}</p>}
            <p class="muted small">
              {ownerName(chosen.owner)}, tier {chosen.tier}
              {chosen.external && ', external'}
            </p>
            <p>
              <button type="button" onClick={() => choose({ around: chosen.id, owner: null })}>
                Only what touches it
              </button>
            </p>
            <WhatIf
              capabilities={graph.capabilities.filter(({ service }) => service === chosen.id)}
              failing={failing ?? null}
              prediction={prediction}
              choose={(capability) => choose({ fail: capability })}
            />
          </aside>
        )}
      </div>
    </div>
  );
}

function Legend(): JSX.Element {
  const kinds = [
    ['hard', 'needs'],
    ['cached', 'cached'],
    ['any', 'redundant'],
    ['soft', 'soft'],
  ] as const;
  return (
    <p class="legend muted small" aria-label="Legend">
      {kinds.map(([kind, word]) => (
        <span key={kind}>
          <svg class={`edge ${kind}`} width="28" height="8" aria-hidden="true">
            <path d="M0 4H28" />
            {kind === 'any' && <circle cx="7" cy="4" r="3" />}
          </svg>{' '}
          {word}
        </span>
      ))}
    </p>
  );
}
