import type { HttpExchange } from '../net/http-request.ts';
import { ask, mayReread, round, type Errand } from './ask.ts';
import { examine, pingOf, proofNeeded, type Expectations } from './examine.ts';
import { growthOf } from './history.ts';
import type { Reply, Visit, Written } from './measured.ts';
import { proposedBy, requestV1 } from './proposed.ts';
import { entriesShape, jsonOf, logInfoShape, proofShape } from './reply.ts';
import { ACCEPTED, postedOf } from './written.ts';

/** What one address answered, and what the first connection to it showed. */
export interface Visited<V = Visit> {
  readonly visit: V;
  readonly first: HttpExchange;
}

/**
 * Asks one address who it is: the ping and the log's head, request by request on a fresh connection each.
 * Decides nothing: it verifies only to know whether to go on.
 */
export async function visitAddress(address: string, errand: Errand): Promise<Visited> {
  const { expectations, context } = errand;
  const ping = await askAt('/ping', address, errand, (reply) => pingOf(reply).ok);
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

/** Goes on at an address whose head held: asks it to prove that it only grew, for the canary, and to write. */
export async function askForProofs(visit: Visit, errand: Errand): Promise<Visit> {
  const { expectations, options } = errand;
  const proven = { ...visit, ...(await askForGrowth(visit, errand)) };
  if (!holds(proven, 'consistency', expectations)) return proven;
  const asked = options.entry?.kind === 'id' ? await askForEntry(options.entry.id, proven, errand) : undefined;
  const known = { ...proven, ...(asked !== undefined && { entry: asked }) };
  if (asked !== undefined && !holds(known, 'canary entry', expectations)) return known;
  return write(known, errand);
}

async function askForGrowth(visit: Visit, errand: Errand): Promise<Partial<Pick<Visit, 'proof' | 'proofRereads'>>> {
  const { expectations } = errand;
  const needed = proofNeeded(examine(visit, expectations), expectations.remembered);
  if (needed === undefined) return {};
  const path = `/api/v1/log/proof?firstSize=${needed.first}&lastSize=${needed.last}&treeID=${needed.treeId}`;
  const get = () => askAt(path, visit.address, errand, (reply) => jsonOf(reply, proofShape).ok);
  let proof = (await get()).reply;
  let proofRereads = 0;
  // 400 is also how a replica says that it has not heard of a size yet.
  while (proof.status === 400 && (await mayReread(proofRereads, errand))) {
    proof = (await get()).reply;
    proofRereads += 1;
  }
  return { proof, proofRereads };
}

/**
 * Proposes the entry, and reads back what the log says that it has now. A log that answers 5xx is asked once more
 * for the same: one whose sequencer has stalled fails the first time and has the entry the second.
 */
async function write(visit: Visit, errand: Errand): Promise<Visit> {
  const { options, expectations } = errand;
  const proposed = proposedBy(options);
  const { tree } = examine(visit, expectations);
  if (proposed === undefined || tree === undefined) return visit;
  const isAnswer = (reply: Reply) => jsonOf(reply, entriesShape, ACCEPTED).ok;
  const question = {
    url: `${options.url}/api/v1/log/entries`,
    address: visit.address,
    json: requestV1(proposed),
    isAnswer,
  };
  let post = (await ask(question, errand)).reply;
  const again = post.stopped === undefined && (post.status ?? 0) >= 500 && post.status !== 501;
  if (again) post = (await ask(question, errand)).reply;
  const written: Written = { proposed, post, posts: again ? 2 : 1, rereads: 0 };
  const entry = postedOf(written, tree, expectations.pins);
  if (!entry.ok) return { ...visit, written };

  let read = await askForEntry(entry.value.id, visit, errand);
  let rereads = 0;
  // What one replica has taken, another may not serve yet.
  while (read.status === 404 && (await mayReread(rereads, errand))) {
    read = await askForEntry(entry.value.id, visit, errand);
    rereads += 1;
  }
  return { ...visit, written: { ...written, read, rereads } };
}

async function askForEntry(id: string, { address }: Visit, errand: Errand): Promise<Reply> {
  const path = `/api/v1/log/entries/${id}`;
  return (await askAt(path, address, errand, (reply) => jsonOf(reply, entriesShape).ok)).reply;
}

function holds(visit: Visit, step: 'consistency' | 'canary entry', expectations: Expectations): boolean {
  return examine(visit, expectations).results.get(step)?.ok === true;
}

function isSmaller(visit: Visit, expectations: Expectations): boolean {
  const { continued } = examine(visit, expectations);
  const { remembered } = expectations;
  return continued !== undefined && remembered !== null && growthOf(continued, remembered) === 'smaller';
}

async function askLog(address: string, errand: Errand): Promise<Reply> {
  return (await askAt('/api/v1/log', address, errand, (reply) => jsonOf(reply, logInfoShape).ok)).reply;
}

function askAt(path: string, address: string, errand: Errand, isAnswer: (reply: Reply) => boolean) {
  return ask({ url: `${errand.options.url}${path}`, address, isAnswer }, errand);
}
