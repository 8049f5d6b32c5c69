import type { JSX } from 'preact';
import '../style/graph.css';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { GraphBody } from '../../api/shapes/graph.ts';
import { chooseCards, ownerName } from '../graph/cards.ts';
import type { Card, Cards } from '../graph/cards.ts';
import { Drawing } from '../graph/drawing.tsx';
import type { Painting } from '../graph/drawing.tsx';
import { layOut } from '../graph/layout.ts';
import type { Layout } from '../graph/layout.ts';
import { predictedPainting, usePrediction, WhatIf } from '../graph/what-if.tsx';
import { AskedView } from '../parts/asked-view.tsx';
import { ViewLink } from '../parts/links.tsx';
import { duration } from '../words/duration.ts';
import type { State } from '../words/states.ts';
import { STATES } from '../words/states.ts';
import { go, href, place } from '../world/address.ts';
import { useAsked } from '../world/asked.ts';
import { incidents, now, services, status } from '../world/live.ts';

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
  const [selected, setSelected] = useState<string | null>(around ?? failing?.split('.')[0] ?? null);
  const prediction = usePrediction(failing ?? null);
  const painting =
    prediction.body !== null && failing !== null && failing !== undefined
      ? predictedPainting(prediction.body, failing, cards)
      : livePainting(cards, incident ?? null, wanted);
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

/** Positions are stable: the same cards are laid out once. */
function useLayout(cards: Cards): Layout | null {
  const [layout, setLayout] = useState<{ readonly of: Cards; readonly layout: Layout } | null>(null);
  useEffect(() => {
    let isLeft = false;
    void layOut(cards).then((made) => {
      if (!isLeft) setLayout({ of: cards, layout: made });
    });
    return () => {
      isLeft = true;
    };
  }, [cards]);
  return layout?.of === cards ? layout.layout : null;
}

/** The states of now; with an incident its blast radius is lit and its root ringed. */
function livePainting(cards: Cards, incident: string | null, wanted: string): Painting {
  const states = new Map<string, State>();
  const notes = new Map<string, string>();
  const rank = (state: State): number => STATES.indexOf(state);
  for (const service of services.value.values())
    for (const { capability, state, until } of service.capabilities) {
      states.set(capability, state);
      if (until !== null) notes.set(capability, duration(Math.max(0, Date.parse(until) - now.value)));
    }
  for (const card of cards.cards)
    if (card.kind === 'owner') {
      const all = card.services.map((name) => services.value.get(name)?.state ?? 'unknown');
      states.set(
        card.id,
        all.reduce((worst, each) => (rank(each) < rank(worst) ? each : worst), 'up'),
      );
    }
  const told = incident === null ? undefined : incidents.value.get(incident)?.incident;
  const text = wanted.trim().toLowerCase();
  const lit = told && new Set([...told.root.capabilities, ...told.impact.map(({ capability }) => capability)]);
  return {
    stateOf: (row) => states.get(row) ?? 'unknown',
    lit: lit ?? null,
    roots: new Set(told === undefined ? openRoots() : [told.root.id]),
    found:
      text === ''
        ? null
        : new Set(
            cards.cards.flatMap(({ id, title, rows, services: own }) =>
              [title, ...rows.map(({ name }) => name), ...own].some((each) => each.toLowerCase().includes(text))
                ? [id]
                : [],
            ),
          ),
    noteOf: (row) => notes.get(row) ?? null,
  };
}

function openRoots(): string[] {
  return [...incidents.value.values()].flatMap(({ state, incident }) => (state === 'open' ? [incident.root.id] : []));
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
