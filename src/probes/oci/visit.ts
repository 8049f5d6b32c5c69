import type { KeptCertificate } from '../judging/expiry.ts';
import { keptChain } from '../judging/expiry.ts';
import type { HttpExchange } from '../net/http-exchange.ts';
import { challengeOf } from './access-findings.ts';
import { ask, MAX_REFUSAL_BYTES, type Access, type Errand } from './ask.ts';
import type { Challenge } from './challenge.ts';
import { findingOfVisit } from './examine.ts';
import { isDigest } from './digest.ts';
import { childFor, type Manifest } from './manifest.ts';
import type { BlobAnswer, Visit } from './measured.ts';
import { referenceOf } from './options.ts';
import { getBlob, getManifest, headManifest, lookForSignature, planBlobs } from './pull.ts';
import { tryUpload } from './push.ts';
import { credentials, fetchToken } from './token.ts';

/** A visit on its way: what was answered, and beside it what must not be kept. */
export interface Journey {
  readonly visit: Visit;
  readonly access: Access;
  /** The first connection, for phases and certificates. */
  readonly first: HttpExchange;
  /** What the image consists of, once its manifest was read. */
  readonly manifest?: Manifest;
  readonly chain: readonly KeptCertificate[];
}

type Stage = (journey: Journey, errand: Errand) => Promise<Journey>;

const READING: readonly Stage[] = [knock, authorise, pullManifest, pullPlatform, pullBlobs, findSignature];
const ANONYMOUS: Access = { kind: 'anonymous' };

/** Pulls from one address as a consumer does, on a fresh connection for each request, up to the first fault. */
export async function visitAddress(address: string, errand: Errand): Promise<Journey> {
  let journey = await openFrontPage(address, errand);
  for (const stage of READING) {
    if (findingOfVisit(journey.visit, errand.options) !== undefined) return journey;
    journey = await stage(journey, errand);
  }
  return journey;
}

/** Goes on at an address where everything could be read: begins an upload and cancels it. */
export async function push(journey: Journey, errand: Errand): Promise<Journey> {
  const { visit, access } = journey;
  const upload = await tryUpload(challengeOf(visit), access, visit.address, errand);
  return { ...journey, visit: { ...visit, upload } };
}

async function openFrontPage(address: string, errand: Errand): Promise<Journey> {
  const url = `${errand.options.registry}/v2/`;
  const asked = await ask(
    { url, access: ANONYMOUS, follow: 'same-host', maxBytes: MAX_REFUSAL_BYTES },
    address,
    errand,
  );
  return {
    visit: { address, front: asked.answer },
    access: ANONYMOUS,
    first: asked.exchange,
    chain: keptChain(asked.exchange.tls?.chain ?? []),
  };
}

/** A front page that is open to everybody does not say whether the repository is. */
async function knock(journey: Journey, errand: Errand): Promise<Journey> {
  const { visit } = journey;
  if (visit.front.status === 401) return journey;
  const head = await headManifest(referenceOf(errand.options), ANONYMOUS, visit.address, errand);
  return { ...journey, visit: { ...visit, ...(head.status === 401 ? { knock: head } : { head }) } };
}

async function authorise(journey: Journey, errand: Errand): Promise<Journey> {
  const { visit } = journey;
  const challenge: Challenge | undefined = challengeOf(visit);
  const access = credentials(errand.options);
  if (challenge === undefined) return { ...journey, visit: { ...visit, access: 'anonymous' } };
  if (challenge.scheme === 'basic') return { ...journey, access, visit: { ...visit, access: 'basic' } };
  const { answer, token, chain } = await fetchToken(challenge, ['pull'], visit.address, errand);
  return {
    ...journey,
    ...(token !== undefined && { access: { kind: 'bearer', token } }),
    visit: { ...visit, access: 'bearer', token: answer },
    chain: [...journey.chain, ...chain],
  };
}

/** HEAD, then GET by the digest that HEAD told: so do the container runtimes. */
async function pullManifest(journey: Journey, errand: Errand): Promise<Journey> {
  const { visit, access } = journey;
  const reference = referenceOf(errand.options);
  const head = visit.head ?? (await headManifest(reference, access, visit.address, errand));
  if (head.stopped !== undefined) return { ...journey, visit: { ...visit, head } };
  const said = head.status === 200 && isDigest(head.saidDigest ?? '') ? head.saidDigest : undefined;
  const { answer, manifest } = await getManifest(said ?? reference, access, visit.address, errand);
  return { ...journey, ...(manifest && { manifest }), visit: { ...visit, head, manifest: answer } };
}

async function pullPlatform(journey: Journey, errand: Errand): Promise<Journey> {
  const { visit, access, manifest } = journey;
  if (manifest?.kind !== 'index') return journey;
  const wanted = childFor(manifest.manifests, errand.options.platform);
  if (wanted === undefined) return journey;
  const child = await getManifest(wanted.digest, access, visit.address, errand);
  return { ...journey, ...(child.manifest && { manifest: child.manifest }), visit: { ...visit, child: child.answer } };
}

async function pullBlobs(journey: Journey, errand: Errand): Promise<Journey> {
  const { visit, access, manifest } = journey;
  if (errand.options.depth !== 'blobs') return journey;
  const planned = manifest?.kind === 'image' ? planBlobs(manifest.blobs, errand.blobBytes) : [];
  const blobs: BlobAnswer[] = [];
  for (const one of planned) {
    blobs.push(await getBlob(one, access, visit.address, errand));
    if (findingOfVisit({ ...visit, blobs }, errand.options) !== undefined) break;
  }
  return { ...journey, visit: { ...visit, blobs } };
}

async function findSignature(journey: Journey, errand: Errand): Promise<Journey> {
  const { visit, access } = journey;
  const digest = visit.manifest?.digest;
  if (!errand.options.signature || digest === undefined) return journey;
  return { ...journey, visit: { ...visit, signature: await lookForSignature(digest, access, visit.address, errand) } };
}
