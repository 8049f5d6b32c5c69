import type { Facts } from '../../model/run.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { MAX_ADDRESSES } from '../judging/addresses.ts';
import { keptChain } from '../judging/expiry.ts';
import { lookUpHost, type HostLookup } from '../net/connection.ts';
import { factsOfLookup } from '../net/each-address.ts';
import type { HttpExchange } from '../net/http-request.ts';
import { maskFor } from '../net/mask.ts';
import { factsOfTls } from '../net/tls-facts.ts';
import { hostOf } from '../net/urls.ts';
import type { Errand } from './ask.ts';
import { examine, type Examined } from './examine.ts';
import { decide, examinedOf, expectationsOf, hasRoute, routable } from './judge.ts';
import { rememberedFrom, type RekorMeasured, type Remembered } from './measured.ts';
import type { RekorOptions } from './options.ts';
import { examineTiles } from './tile-examine.ts';
import { askForTiles, visitTiles } from './tile-visit.ts';
import { askForProofs, visitAddress, type Visited } from './visit.ts';

/**
 * One run: looks the name up afresh, asks every address who it is and the first one for the proofs, and keeps
 * the answers. The verified checkpoint is remembered only when everything passed, so that a lie is never what
 * the next run is compared with.
 */
export async function runRekor(options: RekorOptions, context: RunContext): Promise<RekorMeasured> {
  const began = context.monotonic();
  const { startedAt } = context;
  const remembered = rememberedFrom(context.memory);
  const expectations = expectationsOf({ startedAt, remembered }, options);
  const found = await lookUpHost(hostOf(new URL(options.url)), options, context);
  const addresses = found.addresses.slice(0, options.addresses === 'one' ? 1 : MAX_ADDRESSES);
  const errand = { options, expectations, context, began, mask: maskFor(options) };
  const { visits, firsts } = await visitAll(addresses, errand);
  const examined = examinedOf(visits, expectations, options);

  const measured: RekorMeasured = {
    startedAt,
    remembered,
    ...visits,
    chain: chainOf(firsts),
    facts: factsOf(found, firsts, examined),
    phases: { dns: found.ms, ...firsts[0]?.phases },
    ...(found.stopped !== undefined && { lookup: found.stopped }),
  };
  const { judgement, address } = decide(measured, options);
  if (judgement.outcome === 'pass') context.remember(toRemember(measured, examined));
  return { ...measured, ...(address !== undefined && { address }), ...ownFaultOf(judgement) };
}

interface VisitedAll {
  readonly visits: Pick<RekorMeasured, 'visits' | 'tileVisits'>;
  /** The first connection to each address. */
  readonly firsts: readonly HttpExchange[];
}

async function visitAll(addresses: readonly string[], errand: Errand): Promise<VisitedAll> {
  const { expectations } = errand;
  switch (errand.options.version) {
    case 1: {
      const { visits, firsts } = await visitEach(addresses, {
        visit: (address) => visitAddress(address, errand),
        prove: (visit) => askForProofs(visit, errand),
        examine: (visit) => examine(visit, expectations),
      });
      return { visits: { visits }, firsts };
    }
    case 2: {
      const { visits, firsts } = await visitEach(addresses, {
        visit: (address) => visitTiles(address, errand),
        prove: (visit) => askForTiles(visit, errand),
        examine: (visit) => examineTiles(visit, expectations),
      });
      return { visits: { visits: [], tileVisits: visits }, firsts };
    }
  }
}

/** How one version of a log is asked. */
interface Asking<V> {
  readonly visit: (address: string) => Promise<Visited<V>>;
  readonly prove: (visit: V) => Promise<V>;
  readonly examine: (visit: V) => Examined;
}

/** All addresses at the same time; the first that this host has a route to is asked for the proofs too. */
async function visitEach<V extends { readonly address: string }>(addresses: readonly string[], asking: Asking<V>) {
  const heads = addresses.map((address) => asking.visit(address));
  const [visited, proven] = await Promise.all([Promise.all(heads), proveFirst(heads, asking)]);
  return {
    visits: visited.map(({ visit }) => (visit.address === proven?.address ? proven : visit)),
    firsts: visited.map(({ first }) => first),
  };
}

/** Without waiting for the others: one that hangs must not take the time of the one that answers. */
async function proveFirst<V>(heads: readonly Promise<Visited<V>>[], asking: Asking<V>): Promise<V | undefined> {
  let fallback: V | undefined;
  for (const head of heads) {
    const { visit } = await head;
    if (hasRoute(asking.examine(visit))) return asking.prove(visit);
    fallback ??= visit;
  }
  return fallback;
}

function chainOf(firsts: readonly HttpExchange[]): RekorMeasured['chain'] {
  const chains = firsts.flatMap((first) => keptChain(first.tls?.chain ?? []));
  return [...new Map(chains.map((one) => [`${one.subject} ${one.notAfter}`, one])).values()];
}

function factsOf(found: HostLookup, firsts: readonly HttpExchange[], examined: readonly Examined[]): Facts {
  const at = Math.max(
    0,
    examined.findIndex((seen) => seen.replies.has('identity')),
  );
  const tree = examined[at]?.tree;
  return {
    ...factsOfLookup(found),
    ...factsOfTls(firsts[at]?.tls),
    // Not the size: it grows, and facts are what rarely changes.
    ...(tree !== undefined && { logKey: tree.key, treeId: tree.treeId }),
  };
}

function toRemember(measured: RekorMeasured, examined: readonly Examined[]): Remembered | null {
  const tree = routable(examined)[0]?.tree;
  const addresses = measured.facts['addresses'];
  if (tree === undefined || !Array.isArray(addresses)) return null;
  return { treeId: tree.treeId, size: String(tree.size), root: tree.root.toString('hex'), addresses };
}

function ownFaultOf(judgement: ReturnType<typeof decide>['judgement']): Pick<RekorMeasured, 'ownFault'> {
  const { outcome, class: failureClass, message } = judgement;
  if (outcome !== 'unknown' || failureClass === undefined) return {};
  return { ownFault: { class: failureClass, message: message ?? failureClass } };
}
