import type { Facts } from '../../model/run.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { MAX_ADDRESSES } from '../judging/addresses.ts';
import { keptChain } from '../judging/expiry.ts';
import { lookUpHost, type HostLookup } from '../net/connection.ts';
import { factsOfLookup } from '../net/each-address.ts';
import { maskFor } from '../net/mask.ts';
import { factsOfTls } from '../net/tls-facts.ts';
import { hostOf } from '../net/urls.ts';
import { examine, type Expectations } from './examine.ts';
import { decide, expectationsOf, routable } from './judge.ts';
import { rememberedFrom, type RekorMeasured, type Remembered, type Visit } from './measured.ts';
import type { RekorOptions } from './options.ts';
import { askForProofs, visitAddress, type Errand, type Visited } from './visit.ts';

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
  const visited = await visitAll(addresses, errand);

  const measured: RekorMeasured = {
    startedAt,
    remembered,
    visits: visited.map((v) => v.visit),
    chain: chainOf(visited),
    facts: factsOf(found, visited, expectations),
    phases: { dns: found.ms, ...visited[0]?.first.phases },
    ...(found.stopped !== undefined && { lookup: found.stopped }),
  };
  const { judgement, address } = decide(measured, options);
  if (judgement.outcome === 'pass') context.remember(toRemember(measured, expectations));
  return { ...measured, ...(address !== undefined && { address }), ...ownFaultOf(judgement) };
}

/** All addresses at the same time; the first that this host has a route to is asked for the proofs too. */
async function visitAll(addresses: readonly string[], errand: Errand): Promise<readonly Visited[]> {
  const heads = addresses.map((address) => visitAddress(address, errand));
  const [visited, proven] = await Promise.all([Promise.all(heads), proveFirst(heads, errand)]);
  return visited.map((v) => (v.visit.address === proven?.address ? { ...v, visit: proven } : v));
}

/** Without waiting for the others: one that hangs must not take the time of the one that answers. */
async function proveFirst(heads: readonly Promise<Visited>[], errand: Errand): Promise<Visit | undefined> {
  const first = await firstRoutable(heads);
  return first === undefined ? undefined : askForProofs(first, errand);
}

async function firstRoutable(heads: readonly Promise<Visited>[]): Promise<Visit | undefined> {
  const seen: Visit[] = [];
  for (const head of heads) {
    const { visit } = await head;
    seen.push(visit);
    if (visit.log !== undefined || visit.ping.stopped?.code !== 'ENETUNREACH') return visit;
  }
  return routable(seen)[0];
}

function chainOf(visited: readonly Visited[]): RekorMeasured['chain'] {
  const chains = visited.flatMap(({ first }) => keptChain(first.tls?.chain ?? []));
  return [...new Map(chains.map((one) => [`${one.subject} ${one.notAfter}`, one])).values()];
}

function factsOf(found: HostLookup, visited: readonly Visited[], expectations: Expectations): Facts {
  const first = visited.find(({ visit }) => visit.log !== undefined) ?? visited[0];
  const tree = first && examine(first.visit, expectations).tree;
  return {
    ...factsOfLookup(found),
    ...factsOfTls(first?.first.tls),
    // Not the size: it grows, and facts are what rarely changes.
    ...(tree !== undefined && { logKey: tree.key, treeId: tree.treeId }),
  };
}

function toRemember(measured: RekorMeasured, expectations: Expectations): Remembered | null {
  const [first] = routable(measured.visits);
  const tree = first && examine(first, expectations).tree;
  const addresses = measured.facts['addresses'];
  if (tree === undefined || !Array.isArray(addresses)) return null;
  return { treeId: tree.treeId, size: String(tree.size), root: tree.root.toString('hex'), addresses };
}

function ownFaultOf(judgement: ReturnType<typeof decide>['judgement']): Pick<RekorMeasured, 'ownFault'> {
  const { outcome, class: failureClass, message } = judgement;
  if (outcome !== 'unknown' || failureClass === undefined) return {};
  return { ownFault: { class: failureClass, message: message ?? failureClass } };
}
