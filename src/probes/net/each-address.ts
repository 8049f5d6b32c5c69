import type { RunContext } from '../../ports/probe-kind.ts';
import { MAX_ADDRESSES } from '../judging/addresses.ts';
import { lookUpHost, type HostLookup } from './connection.ts';

/** A name looked up once, and what was done with each of its addresses. */
export interface EachAddress<T> {
  readonly found: HostLookup;
  readonly tried: readonly T[];
}

/** Looks a name up and does the same with each of its addresses at the same time; with the first alone for `one`. */
export async function eachAddress<T>(
  host: string,
  fields: {
    readonly resolver?: string | undefined;
    readonly family?: 4 | 6 | undefined;
    readonly addresses: 'each' | 'one';
  },
  context: RunContext,
  work: (address: string, index: number) => Promise<T>,
): Promise<EachAddress<T>> {
  const found = await lookUpHost(host, fields, context);
  const addresses = found.addresses.slice(0, fields.addresses === 'one' ? 1 : MAX_ADDRESSES);
  return { found, tried: await Promise.all(addresses.map(work)) };
}

/** The facts that a look-up gives. */
export function factsOfLookup(found: Pick<HostLookup, 'addresses' | 'cname'>): {
  readonly addresses?: readonly string[];
  readonly cname?: readonly string[];
} {
  return {
    ...(found.addresses.length > 0 && { addresses: [...found.addresses].sort() }),
    ...(found.cname.length > 0 && { cname: found.cname }),
  };
}
