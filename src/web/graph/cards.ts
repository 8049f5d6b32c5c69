import type { GraphBody } from '../../api/shapes/graph.ts';
import { ownName } from '../words/phrases.ts';

/** How a need looks: what happens while the needed one is down differs. */
export type NeedKind = 'hard' | 'soft' | 'cached' | 'any';

/** A row of a card: a capability, or all of an owner's services together. */
export interface CardRow {
  /** The capability's id; an owner's card has one row without a capability. */
  readonly id: string;
  readonly name: string;
}

/** A card: a service, or an owner whose services are folded into it. */
export interface Card {
  readonly id: string;
  readonly kind: 'service' | 'owner';
  readonly title: string;
  readonly owner: string | null;
  readonly external: boolean;
  readonly rows: readonly CardRow[];
  /** Services that it stands for. */
  readonly services: readonly string[];
}

/** A need, drawn from the row that needs to the row that is needed. */
export interface CardEdge {
  readonly from: string;
  readonly fromRow: string;
  readonly to: string;
  readonly toRow: string;
  readonly kind: NeedKind;
}

/** What is drawn: cards and edges, in an order that depends on names alone. */
export interface Cards {
  readonly cards: readonly Card[];
  readonly edges: readonly CardEdge[];
}

/** Which part of the graph is wanted. */
export interface CardFilter {
  /** Only this owner's services and what touches them. */
  readonly owner: string | null;
  /** Only what this service needs and what needs it, however far. */
  readonly around: string | null;
  /** Owners whose services are folded into one card. */
  readonly folded: ReadonlySet<string>;
}

const NO_OWNER = 'no owner';

/** The name under which a service's owner folds. */
export function ownerName(owner: string | null): string {
  return owner ?? NO_OWNER;
}

/** Chooses the cards and edges of a graph. */
export function chooseCards(graph: GraphBody, { owner, around, folded }: CardFilter): Cards {
  const serviceOf = new Map(graph.capabilities.map(({ id, service }) => [id, service]));
  const needs = graph.capabilities.flatMap(({ id, needs: own }) =>
    own.flatMap(({ kind, of }) => of.map((needed) => ({ from: id, to: needed, kind }))),
  );
  const links = needs.map(({ from, to }) => [serviceOf.get(from) ?? '', serviceOf.get(to) ?? ''] as const);
  const shown =
    around !== null ? reachable(around, links) : owner === null ? null : touching(ownedBy(graph, owner), links);
  const services = graph.services.filter(({ id }) => shown === null || shown.has(id));
  const cardOf = new Map<string, string>();
  const cards = new Map<string, Card>();
  for (const service of services) {
    const name = ownerName(service.owner);
    const isFolded = folded.has(name);
    const id = isFolded ? `owner:${name}` : service.id;
    cardOf.set(service.id, id);
    const own = graph.capabilities.filter((each) => each.service === service.id);
    const before = cards.get(id);
    cards.set(
      id,
      isFolded
        ? {
            id,
            kind: 'owner',
            title: name,
            owner: service.owner,
            external: false,
            rows: [{ id, name: '' }],
            services: [...(before?.services ?? []), service.id],
          }
        : {
            id,
            kind: 'service',
            title: service.id,
            owner: service.owner,
            external: service.external,
            rows: own.map((each) => ({ id: each.id, name: ownName(each.id) })),
            services: [service.id],
          },
    );
  }
  const edges = new Map<string, CardEdge>();
  for (const { from, to, kind } of needs) {
    const fromCard = cardOf.get(serviceOf.get(from) ?? '');
    const toCard = cardOf.get(serviceOf.get(to) ?? '');
    if (fromCard === undefined || toCard === undefined || fromCard === toCard) continue;
    const fromRow = cards.get(fromCard)?.kind === 'owner' ? fromCard : from;
    const toRow = cards.get(toCard)?.kind === 'owner' ? toCard : to;
    // Folded cards join many needs: the one that hurts most is drawn.
    const key = `${fromRow} ${toRow}`;
    const before = edges.get(key);
    if (before === undefined || RANK[kind] > RANK[before.kind])
      edges.set(key, { from: fromCard, fromRow, to: toCard, toRow, kind });
  }
  return { cards: [...cards.values()], edges: [...edges.values()] };
}

const RANK: Readonly<Record<NeedKind, number>> = { soft: 0, any: 1, cached: 2, hard: 3 };

function ownedBy(graph: GraphBody, owner: string): ReadonlySet<string> {
  return new Set(graph.services.flatMap(({ id, owner: own }) => (ownerName(own) === owner ? [id] : [])));
}

type Links = readonly (readonly [from: string, to: string])[];

function touching(some: ReadonlySet<string>, links: Links): ReadonlySet<string> {
  const all = new Set(some);
  for (const [from, to] of links) {
    if (some.has(from)) all.add(to);
    if (some.has(to)) all.add(from);
  }
  return all;
}

/** Everything that a service needs and everything that needs it, over any number of steps. */
function reachable(start: string, links: Links): ReadonlySet<string> {
  const walk = (next: (service: string) => readonly string[]): Set<string> => {
    const seen = new Set([start]);
    for (const service of seen) for (const other of next(service)) seen.add(other);
    return seen;
  };
  const down = Map.groupBy(links, ([from]) => from);
  const up = Map.groupBy(links, ([, to]) => to);
  return walk((service) => down.get(service)?.map(([, to]) => to) ?? []).union(
    walk((service) => up.get(service)?.map(([from]) => from) ?? []),
  );
}
