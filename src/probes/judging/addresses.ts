import type { Measured } from '../../model/run.ts';
import { ownFaultOf, type Stopped } from '../net/stopped.ts';
import type { Finding } from './judgement.ts';

/** At most this many addresses of one name are tried in a run. */
export const MAX_ADDRESSES = 8;

/** What came of one address. */
export interface AddressFinding {
  readonly address: string;
  readonly stopped?: Stopped | undefined;
  readonly finding?: Finding | undefined;
}

/**
 * One finding for all addresses of a name: none where all are well; the first one's where all fail; where some
 * do, `connect.partial` that names them (one bad backend hides behind round-robin).
 */
export function findingOfAddresses(tried: readonly AddressFinding[]): Finding | undefined {
  const counted = withoutMissingFamily(tried.filter((attempt) => ownFaultOf(attempt.stopped) === undefined));
  const failing = counted.filter((attempt) => attempt.finding !== undefined);
  const first = failing[0]?.finding;
  if (first === undefined || failing.length === counted.length) return first;
  const named = failing.map((a) => `${a.address} (${a.finding?.class}: ${a.finding?.message})`).join('; ');
  return {
    step: first.step,
    class: 'connect.partial',
    message: `${failing.length} of ${counted.length} addresses fail: ${named}`.slice(0, 1000),
    expected: `every one of ${counted.map((a) => a.address).join(', ')} to pass`,
    got: `failing: ${failing.map((a) => a.address).join(', ')}`,
  };
}

/**
 * A monitor without any IPv6 (or IPv4) route must not call a dual-stack name half broken: addresses that this
 * host has no route to are left out while others could be tried.
 */
function withoutMissingFamily(tried: readonly AddressFinding[]): readonly AddressFinding[] {
  const reachable = tried.filter((attempt) => attempt.stopped?.code !== 'ENETUNREACH');
  return reachable.length > 0 ? reachable : tried;
}

/**
 * The monitor's own fault in a run, if it decides: a look-up or an address that it could not or must not try,
 * while no other address shows a fault of the target.
 */
export function ownFaultAmong(
  lookup: Stopped | undefined,
  tried: readonly AddressFinding[],
): Pick<Measured, 'ownFault'> {
  const theirs = tried.some((attempt) => attempt.finding !== undefined && ownFaultOf(attempt.stopped) === undefined);
  const own = [lookup, ...tried.map((attempt) => attempt.stopped)].map(ownFaultOf).find((fault) => fault !== undefined);
  return own === undefined || theirs ? {} : { ownFault: own };
}
