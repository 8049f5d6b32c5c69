import type { TargetFile } from '@tufjs/models';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Updater } from 'tuf-js';
import { printable } from '../../ports/printable.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { keptChain } from '../judging/expiry.ts';
import { elapsed } from '../net/connection.ts';
import type { HttpExchange } from '../net/http-exchange.ts';
import { maskFor, type Mask } from '../net/mask.ts';
import type { Stopped } from '../net/stopped.ts';
import { ExchangeFetcher } from './fetcher.ts';
import type { ClientStep, Refusal, TargetSeen, Visit } from './measured.ts';
import type { TufOptions } from './options.ts';
import { sha256, whyRefused } from './refusal.ts';

/** What one address gave a client, and what the first connection to it showed. */
export interface Visited {
  readonly visit: Visit;
  readonly first: HttpExchange | undefined;
}

/**
 * One whole client run against one address, from the pinned root, with a cache that is thrown away: what an
 * earlier run fetched never helps this one. Never throws for what the network or the mirror does.
 */
export async function visitMirror(address: string, options: TufOptions, context: RunContext): Promise<Visited> {
  const began = context.monotonic();
  let cache: string;
  try {
    cache = await mkdtemp(join(tmpdir(), 'tocsin-tuf-'));
  } catch (error) {
    const nothing = { address, phases: {}, chain: [], steps: [], roles: {}, targets: [] };
    return { visit: { ...nothing, refusal: ownFault('root', error) }, first: undefined };
  }
  try {
    const fetcher = new ExchangeFetcher(options, context, { address, scratch: join(cache, 'download') });
    const went = await runClient(options, cache, fetcher, () => context.startedAt + elapsed(context, began));
    const { first, steps, trusted } = fetcher;
    const visit: Visit = {
      address,
      phases: first?.phases ?? {},
      chain: keptChain(first?.tls?.chain ?? []),
      steps,
      roles: trusted.seen(),
      targets: went.targets,
      ...(went.refusal !== undefined && { refusal: masked(went.refusal, maskFor(options)) }),
    };
    return { visit, first };
  } finally {
    // What cannot be removed is the temporary folder's to lose; it must not make a good mirror look bad.
    await rm(cache, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

interface Went {
  readonly targets: readonly TargetSeen[];
  readonly refusal?: Refusal;
}

/** Refreshes the metadata, then fetches and verifies each target. `now`: wall time in milliseconds. */
async function runClient(
  options: TufOptions,
  cache: string,
  fetcher: ExchangeFetcher,
  now: () => number,
): Promise<Went> {
  const targets: TargetSeen[] = [];
  const targetBaseUrl = options.targetsUrl ?? `${options.url}/targets`;
  let target: TargetFile | undefined;
  try {
    await writeFile(join(cache, 'root.json'), options.root);
    const updater = new Updater({ metadataDir: cache, metadataBaseUrl: options.url, targetBaseUrl, fetcher });
    await updater.refresh();
    fetcher.takeLast();
    for (const path of options.targets) {
      target = undefined;
      target = await updater.getTargetInfo(path);
      if (target === undefined) return { targets, refusal: missing(path, options) };
      await updater.downloadTarget(target, join(cache, 'target'));
      const body = fetcher.last?.body ?? Buffer.alloc(0);
      targets.push({ path, bytes: body.length, sha256: sha256(body) });
    }
    fetcher.takeLast();
    return { targets };
  } catch (error) {
    const { last, trusted } = fetcher;
    const found = last && whyRefused({ fetched: last, trusted, target, at: now() });
    return { targets, refusal: found ?? ownFault(last?.step ?? 'root', error) };
  }
}

/** A stranger may answer with what it was asked, credentials included. */
function masked(refusal: Refusal, mask: Mask): Refusal {
  const { message, expected, got, stopped } = refusal;
  return {
    ...refusal,
    message: mask.text(message),
    ...(expected !== undefined && { expected: mask.text(expected) }),
    ...(got !== undefined && { got: mask.text(got) }),
    ...(stopped !== undefined && { stopped: { ...stopped, message: mask.text(stopped.message) } }),
  };
}

function missing(path: string, options: TufOptions): Refusal {
  const message = `${options.url}: expected target ${path}, got no target of that name in the signed metadata`;
  return {
    step: 'target files',
    class: 'semantic.missing',
    message,
    expected: `target ${path}`,
    got: 'no such target',
  };
}

/** The client failed over something that is not the mirror's: a full disk, or what it does not support. */
function ownFault(step: ClientStep, error: unknown): Refusal {
  const words = error instanceof Error ? error.message : 'no reason given';
  const message = `the client could not finish, though nothing is wrong with what it got (${printable(words, 300)})`;
  const stopped: Stopped = { at: 'protocol', class: 'probe.resources', message };
  return { step, class: stopped.class, message, stopped };
}
