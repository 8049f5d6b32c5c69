import type { Card, Cards } from './cards.ts';

/** Sizes of a card, in pixels at a zoom of 1. */
export const CARD_WIDTH = 176;
export const HEAD_HEIGHT = 28;
export const ROW_HEIGHT = 22;

/** Where things are. Coordinates are the upper left corner of a card. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly places: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
}

/** The height of a card. */
export function cardHeight({ rows }: Card): number {
  return HEAD_HEIGHT + rows.length * ROW_HEIGHT + 6;
}

/**
 * Lays cards out in layers, from what people use on the left to what it rests on to the right: a cause stands right
 * of its effects. The same cards always get the same places. The layout library is fetched when it is first needed.
 */
export async function layOut({ cards, edges }: Cards): Promise<Layout> {
  const { Graph, layout } = await import('@dagrejs/dagre');
  const graph = new Graph({ multigraph: false });
  graph.setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 84, marginx: 16, marginy: 16, ranker: 'network-simplex' });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const card of cards) graph.setNode(card.id, { width: CARD_WIDTH, height: cardHeight(card) });
  for (const { from, to, kind } of edges) graph.setEdge(from, to, { weight: kind === 'hard' ? 2 : 1 });
  layout(graph);
  const places = new Map(
    cards.map((card) => {
      const { x, y } = graph.node(card.id) as { x: number; y: number };
      return [card.id, { x: x - CARD_WIDTH / 2, y: y - cardHeight(card) / 2 }];
    }),
  );
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { width, height, places };
}
