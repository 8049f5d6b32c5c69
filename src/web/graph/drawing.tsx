import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { StateShape } from '../parts/state-mark.tsx';
import { STATE_WORDS } from '../words/states.ts';
import type { State } from '../words/states.ts';
import type { Card, CardEdge, Cards } from './cards.ts';
import { CARD_WIDTH, cardHeight, HEAD_HEIGHT, ROW_HEIGHT } from './layout.ts';
import type { Layout } from './layout.ts';
import { usePanZoom } from './pan-zoom.ts';

/** How the drawing is coloured: live, by an incident, or by a question. */
export interface Painting {
  /** The state of a capability, or of an owner's card by its id. */
  readonly stateOf: (row: string) => State;
  /** Rows that are lit while the rest is dimmed; null where nothing is dimmed. */
  readonly lit: ReadonlySet<string> | null;
  /** Cards that hold the cause. */
  readonly roots: ReadonlySet<string>;
  /** Cards that a search found; null where nothing is searched. */
  readonly found: ReadonlySet<string> | null;
  /** A word beside a row, such as the time that a cache still lasts. */
  readonly noteOf: (row: string) => string | null;
}

/** The graph as a drawing. */
export function Drawing({
  cards: { cards, edges },
  layout,
  painting,
  selected,
  select,
}: {
  readonly cards: Cards;
  readonly layout: Layout;
  readonly painting: Painting;
  readonly selected: string | null;
  readonly select: (card: Card) => void;
}): JSX.Element {
  const frame = useRef<SVGSVGElement>(null);
  const { window, zoomBy, fit } = usePanZoom(layout, frame);
  const byId = new Map(cards.map((card) => [card.id, card]));
  // What carries the effect is drawn above the rest.
  const ordered = [...edges].sort((a, b) => Number(isLit(a, painting)) - Number(isLit(b, painting)));
  return (
    <div class="drawing">
      <svg
        ref={frame}
        tabindex={0}
        role="group"
        aria-label="Service graph. Arrow keys move it, plus and minus zoom, 0 shows all of it."
        class={painting.lit === null ? '' : 'dimmed'}
      >
        <g transform={`scale(${window.zoom}) translate(${-window.x} ${-window.y})`}>
          {ordered.map((edge) => (
            <Edge key={`${edge.fromRow} ${edge.toRow}`} edge={edge} byId={byId} layout={layout} painting={painting} />
          ))}
          {cards.map((card) => (
            <CardDrawing
              key={card.id}
              card={card}
              at={layout.places.get(card.id) ?? { x: 0, y: 0 }}
              painting={painting}
              isSelected={card.id === selected}
              select={select}
            />
          ))}
        </g>
      </svg>
      <p class="zoom">
        <button type="button" aria-label="Zoom in" onClick={() => zoomBy(1.25)}>
          +
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => zoomBy(0.8)}>
          −
        </button>
        <button type="button" onClick={fit}>
          Fit
        </button>
      </p>
    </div>
  );
}

function CardDrawing({
  card,
  at,
  painting,
  isSelected,
  select,
}: {
  readonly card: Card;
  readonly at: { readonly x: number; readonly y: number };
  readonly painting: Painting;
  readonly isSelected: boolean;
  readonly select: (card: Card) => void;
}): JSX.Element {
  const isLitCard = painting.lit === null || card.rows.some(({ id }) => painting.lit?.has(id) === true);
  const isFound = painting.found === null || painting.found.has(card.id);
  const classes = [
    'card',
    card.kind,
    card.external ? 'external' : '',
    isLitCard && isFound ? '' : 'dim',
    painting.roots.has(card.id) ? 'root' : '',
    isSelected ? 'selected' : '',
  ];
  return (
    <g
      class={classes.filter((each) => each !== '').join(' ')}
      transform={`translate(${at.x} ${at.y})`}
      tabindex={0}
      role="button"
      aria-pressed={isSelected}
      onClick={() => select(card)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        select(card);
      }}
    >
      <rect class="plate" width={CARD_WIDTH} height={cardHeight(card)} rx="5" />
      <text class="title" x="10" y="19">
        {clipped(card.title, 22)}
      </text>
      {card.rows.map((row, index) => (
        <Row key={row.id} card={card} row={row} index={index} painting={painting} />
      ))}
    </g>
  );
}

function Row({
  card,
  row: { id, name },
  index,
  painting,
}: {
  readonly card: Card;
  readonly row: Card['rows'][number];
  readonly index: number;
  readonly painting: Painting;
}): JSX.Element {
  const state = painting.stateOf(id);
  const note = painting.noteOf(id);
  const text = card.kind === 'owner' ? `${card.services.length} services` : name;
  return (
    <g class={`row ${state}`} transform={`translate(0 ${HEAD_HEIGHT + index * ROW_HEIGHT})`}>
      <svg x="9" y="4" width="12" height="12" viewBox="0 0 12 12" class="shape">
        <StateShape state={state} />
      </svg>
      <text x="27" y="14">
        {clipped(text, note === null ? 19 : 11)}
      </text>
      <text class="note" x={CARD_WIDTH - 9} y="14" text-anchor="end">
        {note ?? STATE_WORDS[state]}
      </text>
    </g>
  );
}

function Edge({
  edge,
  byId,
  layout,
  painting,
}: {
  readonly edge: CardEdge;
  readonly byId: ReadonlyMap<string, Card>;
  readonly layout: Layout;
  readonly painting: Painting;
}): JSX.Element | null {
  const from = joint(edge.from, edge.fromRow, byId, layout);
  const to = joint(edge.to, edge.toRow, byId, layout);
  if (from === null || to === null) return null;
  const [x1, x2] = [from.x + CARD_WIDTH, to.x];
  const bend = Math.max(36, Math.abs(x2 - x1) / 2);
  const state = isLit(edge, painting) ? painting.stateOf(edge.toRow) : 'up';
  const path = `M${x1} ${from.y}C${x1 + bend} ${from.y} ${x2 - bend} ${to.y} ${x2} ${to.y}`;
  return (
    <g class={`edge ${edge.kind} ${isLit(edge, painting) ? `lit ${state}` : ''}`}>
      <path d={path} />
      {edge.kind === 'any' && <circle cx={x1 + 7} cy={from.y} r="3" />}
      <path class="head" d={`M${x2 - 6} ${to.y - 3.5}L${x2} ${to.y}L${x2 - 6} ${to.y + 3.5}`} />
    </g>
  );
}

/** An edge carries the effect where what is needed is not up and both of its ends are lit. */
function isLit({ fromRow, toRow }: CardEdge, { lit, stateOf }: Painting): boolean {
  const isBroken = (row: string): boolean => !['up', 'unknown'].includes(stateOf(row));
  return isBroken(toRow) && isBroken(fromRow) && (lit === null || (lit.has(fromRow) && lit.has(toRow)));
}

function joint(
  card: string,
  row: string,
  byId: ReadonlyMap<string, Card>,
  { places }: Layout,
): { readonly x: number; readonly y: number } | null {
  const at = places.get(card);
  const index = byId.get(card)?.rows.findIndex(({ id }) => id === row) ?? -1;
  if (at === undefined || index === -1) return null;
  return { x: at.x, y: at.y + HEAD_HEIGHT + index * ROW_HEIGHT + ROW_HEIGHT / 2 - 1 };
}

function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
