import { parseCheckpoint } from '../transparency/checkpoint.ts';
import { consistencyRanges } from '../transparency/tiles.ts';
import { ask, mayReread, round, type Errand } from './ask.ts';
import { examineTiles, headOfReply } from './tile-examine.ts';
import { postedToTiles } from './tile-entry.ts';
import { growthOf } from './history.ts';
import type { Reply, TileVisit, TileWritten } from './measured.ts';
import { proposedBy, requestV2 } from './proposed.ts';
import { jsonOf, tileEntryShape } from './reply.ts';
import { tileReader, type TileReader } from './tile-reader.ts';
import type { Visited } from './visit.ts';
import { ACCEPTED } from './written.ts';

/** Asks one address of a log of tiles who it is: its checkpoint, and again where the tree is smaller than it was. */
export async function visitTiles(address: string, errand: Errand): Promise<Visited<TileVisit>> {
  const { context } = errand;
  const { reply, exchange } = await askCheckpoint(address, errand);
  const first = { address, checkpoint: reply, rereads: 0, verifyMs: 0 };
  const verifyBegan = context.monotonic();
  let smaller = isSmaller(first, errand);
  const verifyMs = round(context.monotonic() - verifyBegan);
  let [checkpoint, rereads] = [reply, 0];
  // A cache between may be behind: a rollback stays when it is looked at again.
  while (smaller && (await mayReread(rereads, errand))) {
    const again = (await askCheckpoint(address, errand)).reply;
    rereads += 1;
    // An answer that did not come does not clear the one that did.
    if (again.stopped === undefined) checkpoint = again;
    smaller = isSmaller({ ...first, checkpoint }, errand);
  }
  return { visit: { address, checkpoint, rereads, verifyMs }, first: exchange };
}

/** Goes on at an address whose checkpoint held: makes the proofs from its tiles, and writes. */
export async function askForTiles(visit: TileVisit, errand: Errand): Promise<TileVisit> {
  const { expectations, options } = errand;
  const { tree } = examineTiles(visit, expectations);
  if (tree === undefined) return visit;
  const reader = tileReader(visit.address, errand);
  const grown = { ...visit, ...(await askForGrowth(visit, reader, errand)) };
  if (!holds(grown, 'consistency', errand)) return grown;

  const { entry: canary } = options;
  const inTree = canary?.kind === 'index' && BigInt(canary.index) < tree.size ? BigInt(canary.index) : undefined;
  const entry = inTree === undefined ? undefined : await reader.entry(inTree, tree.size);
  const known = { ...grown, ...(entry !== undefined && { entry }) };
  if (canary !== undefined && !holds(known, 'canary entry', errand)) return known;
  const written = await write(known, errand);
  return { ...known, ...(written !== undefined && { written }) };
}

async function askForGrowth(visit: TileVisit, reader: TileReader, errand: Errand): Promise<Pick<TileVisit, 'growth'>> {
  const { remembered } = errand.expectations;
  const { tree } = examineTiles(visit, errand.expectations);
  if (tree === undefined || remembered === null || remembered.treeId !== tree.treeId) return {};
  if (growthOf(tree, remembered) !== 'grown') return {};
  return { growth: await reader.hashes(consistencyRanges(BigInt(remembered.size), tree.size), tree.size) };
}

/** Proposes the entry where the log is written to, and looks for it where it is read. */
async function write({ address }: TileVisit, errand: Errand): Promise<TileWritten | undefined> {
  const { options, expectations } = errand;
  const proposed = proposedBy(options);
  if (proposed === undefined || options.writeUrl === undefined) return undefined;
  const isAnswer = (reply: Reply) => jsonOf(reply, tileEntryShape, ACCEPTED).ok;
  const url = `${options.writeUrl}/api/v2/log/entries`;
  const post = (await ask({ url, json: requestV2(proposed), isAnswer }, errand)).reply;
  const headOf = (raw: string, what: string) =>
    headOfReply({ request: what, status: 200, body: raw, ms: 0 }, expectations.pins);
  const posted = postedToTiles({ post, proposed, rereads: 0 }, headOf);
  if (!posted.ok) return { post, proposed, rereads: 0 };

  const index = BigInt(posted.value);
  let [checkpoint, rereads] = [(await askCheckpoint(address, errand)).reply, 0];
  let head = headOfReply(checkpoint, expectations.pins);
  // The write path publishes before it answers; a cache may take a moment longer.
  while (head.ok && head.value.size <= index && (await mayReread(rereads, errand))) {
    checkpoint = (await askCheckpoint(address, errand)).reply;
    head = headOfReply(checkpoint, expectations.pins);
    rereads += 1;
  }
  const written = { post, proposed, checkpoint, rereads };
  if (!head.ok || head.value.size <= index) return written;
  return { ...written, entry: await tileReader(address, errand).entry(index, head.value.size, 'with body') };
}

function isSmaller(visit: TileVisit, { expectations }: Errand): boolean {
  const { remembered } = expectations;
  const { tree } = examineTiles(visit, expectations);
  if (tree === undefined || remembered?.treeId !== tree.treeId) return false;
  return growthOf(tree, remembered) === 'smaller';
}

function holds(visit: TileVisit, step: 'consistency' | 'canary entry', { expectations }: Errand): boolean {
  return examineTiles(visit, expectations).results.get(step)?.ok === true;
}

function askCheckpoint(address: string, errand: Errand) {
  const isAnswer = (reply: Reply) => parseCheckpoint(reply.body).ok;
  return ask({ url: `${errand.options.url}/checkpoint`, address, isAnswer }, errand);
}
