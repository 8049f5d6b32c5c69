import { setTimeout as pause } from 'node:timers/promises';
import type { RunContext } from '../../ports/probe-kind.ts';
import { httpExchange } from '../net/http-exchange.ts';
import type { HttpExchange } from '../net/http-request.ts';
import type { Mask } from '../net/mask.ts';
import { examine, pingOf, proofNeeded, type Expectations } from './examine.ts';
import { growthOf } from './history.ts';
import { MAX_REPLY_BYTES, type Reply, type Visit } from './measured.ts';
import type { RekorOptions } from './options.ts';
import { entriesShape, jsonOf, logInfoShape, proofShape } from './reply.ts';

const MAX_REREADS = 3;
/** Replicas of one log agree within moments; each pause is twice the one before. */
const FIRST_PAUSE_MS = 100;
/** Re-reading stops when this part of the run's time is used, so that what was seen is still judged. */
const REREAD_SHARE = 0.6;

/** What a run asks every address with. */
export interface Errand {
  readonly options: RekorOptions;
  readonly expectations: Expectations;
  readonly mask: Mask;
  readonly context: RunContext;
  /** `context.monotonic()` at the run's start. */
  readonly began: number;
}

/** What one address answered, and what the first connection to it showed. */
export interface Visited {
  readonly visit: Visit;
  readonly first: HttpExchange;
}

/**
 * Asks one address who it is: the ping and the log's head, request by request on a fresh connection each.
 * Decides nothing: it verifies only to know whether to go on.
 */
export async function visitAddress(address: string, errand: Errand): Promise<Visited> {
  const { expectations, context } = errand;
  const ping = await ask('/ping', address, errand, (reply) => pingOf(reply).ok);
  const visit = { address, ping: ping.reply, logRereads: 0, verifyMs: 0, proofRereads: 0 };
  if (examine(visit, expectations).results.get('ping')?.ok !== true) return { visit, first: ping.exchange };

  let log = await askLog(address, errand);
  const verifyBegan = context.monotonic();
  let smaller = isSmaller({ ...visit, log }, expectations);
  const verifyMs = round(context.monotonic() - verifyBegan);
  let logRereads = 0;
  // A smaller tree may come from a replica that lags behind: a rollback stays when it is looked at again.
  while (smaller && (await mayReread(logRereads, errand))) {
    const again = await askLog(address, errand);
    logRereads += 1;
    // An answer that did not come does not clear the one that did.
    if (again.stopped === undefined) log = again;
    smaller = isSmaller({ ...visit, log }, expectations);
  }
  return { visit: { ...visit, log, logRereads, verifyMs }, first: ping.exchange };
}

/** Goes on at an address whose head held: asks it to prove that it only grew, and for the canary. */
export async function askForProofs(visit: Visit, errand: Errand): Promise<Visit> {
  const { expectations, options } = errand;
  const proven = { ...visit, ...(await askForGrowth(visit, errand)) };
  const consistency = examine(proven, expectations).results.get('consistency');
  if (consistency?.ok !== true || options.entry === undefined) return proven;
  const path = `/api/v1/log/entries/${options.entry.id}`;
  const entry = await ask(path, visit.address, errand, (reply) => jsonOf(reply, entriesShape).ok);
  return { ...proven, entry: entry.reply };
}

async function askForGrowth(visit: Visit, errand: Errand): Promise<Partial<Pick<Visit, 'proof' | 'proofRereads'>>> {
  const { expectations } = errand;
  const needed = proofNeeded(examine(visit, expectations), expectations.remembered);
  if (needed === undefined) return {};
  const path = `/api/v1/log/proof?firstSize=${needed.first}&lastSize=${needed.last}&treeID=${needed.treeId}`;
  const get = () => ask(path, visit.address, errand, (reply) => jsonOf(reply, proofShape).ok);
  let proof = (await get()).reply;
  let proofRereads = 0;
  // 400 is also how a replica says that it has not heard of a size yet.
  while (proof.status === 400 && (await mayReread(proofRereads, errand))) {
    proof = (await get()).reply;
    proofRereads += 1;
  }
  return { proof, proofRereads };
}

function isSmaller(visit: Visit, expectations: Expectations): boolean {
  const { continued } = examine(visit, expectations);
  const { remembered } = expectations;
  return continued !== undefined && remembered !== null && growthOf(continued, remembered) === 'smaller';
}

/** Waits for the next re-read; false when there were enough or the time is better kept. */
async function mayReread(rereads: number, { began, context }: Errand): Promise<boolean> {
  if (rereads >= MAX_REREADS) return false;
  const waitMs = FIRST_PAUSE_MS * 2 ** rereads;
  if (context.monotonic() - began + waitMs > context.timeoutMs * REREAD_SHARE) return false;
  try {
    await pause(waitMs, undefined, { signal: context.signal });
    return true;
  } catch {
    return false; // The run's deadline.
  }
}

async function askLog(address: string, errand: Errand): Promise<Reply> {
  return (await ask('/api/v1/log', address, errand, (reply) => jsonOf(reply, logInfoShape).ok)).reply;
}

async function ask(
  path: string,
  address: string,
  { options, context, mask }: Errand,
  isAnswer: (reply: Reply) => boolean,
): Promise<{ readonly reply: Reply; readonly exchange: HttpExchange }> {
  const url = `${options.url}${path}`;
  const began = context.monotonic();
  const { tls, auth, resolver, family } = options;
  const exchange = await httpExchange(
    { url, follow: 'never', maxBytes: MAX_REPLY_BYTES, tls, auth, resolver, family, address },
    context,
  );
  const reply = replyOf(`GET ${url}`, exchange, round(context.monotonic() - began));
  // A stranger may answer with what it was asked, credentials included. What is to be verified stays as it came.
  const kept = isAnswer(reply) ? reply : { ...reply, body: mask.text(reply.body) };
  return { reply: kept, exchange };
}

function replyOf(request: string, exchange: HttpExchange, ms: number): Reply {
  const { status, headers, body, stopped } = exchange;
  const [contentType, location] = [headers?.['content-type'], headers?.['location']].map((value) =>
    typeof value === 'string' ? value.slice(0, 1_000) : undefined,
  );
  return {
    request,
    body: body?.toString('utf8') ?? '',
    ms,
    ...(status !== undefined && { status }),
    ...(contentType !== undefined && { contentType }),
    ...(location !== undefined && { location }),
    ...(stopped !== undefined && { stopped }),
  };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
