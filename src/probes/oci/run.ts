import type { Facts } from '../../model/run.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { MAX_ADDRESSES } from '../judging/addresses.ts';
import { lookUpHost, type HostLookup } from '../net/connection.ts';
import { factsOfLookup } from '../net/each-address.ts';
import { factsOfTls } from '../net/tls-facts.ts';
import { hostOf } from '../net/urls.ts';
import { challengeOf } from './access-findings.ts';
import type { Errand } from './ask.ts';
import { askHarbor } from './harbor.ts';
import { countedVisits, findingOfVisits, ownFaultOfRun } from './judge.ts';
import type { OciMeasured } from './measured.ts';
import type { OciOptions } from './options.ts';
import { push, visitAddress, type Journey } from './visit.ts';

/**
 * One run: looks the name up afresh and pulls from every address at the same time; where all of them could be
 * read, begins one upload at the first. Keeps answers and hashes, never content or tokens.
 */
export async function runOci(options: OciOptions, context: RunContext): Promise<OciMeasured> {
  const found = await lookUpHost(hostOf(new URL(options.registry)), options, context);
  const addresses = found.addresses.slice(0, options.addresses === 'one' ? 1 : MAX_ADDRESSES);
  const errand: Errand = {
    options,
    context,
    blobBytes: Math.floor(options.maxBytes / Math.max(1, addresses.length)),
    tokens: new Map(),
  };
  const [first] = addresses;
  const [read, harbor] = await Promise.all([
    Promise.all(addresses.map((address) => visitAddress(address, errand))),
    options.harbor && first !== undefined ? askHarbor(first, errand) : undefined,
  ]);
  const journeys = options.upload ? await pushOnce(read, errand) : read;
  const measured: OciMeasured = {
    startedAt: context.startedAt,
    lookupMs: found.ms,
    visits: journeys.map(({ visit }) => visit),
    chain: chainOf(journeys),
    facts: factsOf(found, journeys),
    phases: { dns: found.ms, ...journeys[0]?.first.phases },
    ...(journeys[0] !== undefined && { address: journeys[0].visit.address }),
    ...(found.stopped !== undefined && { lookup: found.stopped }),
    ...(harbor !== undefined && { harbor }),
  };
  return { ...measured, ...ownFaultOfRun(measured, options) };
}

/** Writing is tried once, and only where nothing is wrong with reading: the first fault decides anyway. */
async function pushOnce(journeys: readonly Journey[], errand: Errand): Promise<readonly Journey[]> {
  const visits = journeys.map(({ visit }) => visit);
  const [chosen] = countedVisits(visits);
  const journey = journeys.find(({ visit }) => visit === chosen);
  if (journey === undefined || findingOfVisits(visits, errand.options) !== undefined) return journeys;
  const pushed = await push(journey, errand);
  return journeys.map((one) => (one === journey ? pushed : one));
}

function chainOf(journeys: readonly Journey[]): OciMeasured['chain'] {
  const chains = journeys.flatMap(({ chain }) => chain);
  return [...new Map(chains.map((one) => [`${one.subject} ${one.notAfter}`, one])).values()];
}

function factsOf(found: HostLookup, journeys: readonly Journey[]): Facts {
  const first = journeys.find(({ visit }) => visit.manifest?.digest !== undefined) ?? journeys[0];
  const challenge = first && challengeOf(first.visit);
  const digest = first?.visit.manifest?.digest;
  return {
    ...factsOfLookup(found),
    ...factsOfTls(first?.first.tls),
    ...(challenge?.realm !== undefined && { realm: challenge.realm }),
    ...(challenge?.service !== undefined && { service: challenge.service }),
    ...(digest !== undefined && { digest }),
  };
}
