import type { Facts } from '../model/run.ts';
import type { ProbeKind, RunContext } from '../ports/probe-kind.ts';
import { findingOfAddresses, ownFaultAmong } from './judging/addresses.ts';
import { eachAddress, factsOfLookup } from './net/each-address.ts';
import { factsOfTls } from './net/tls-facts.ts';
import { hostOf } from './net/urls.ts';
import { visitMirror } from './tuf/client.ts';
import { findingsOf, judgeTuf, stepsOf, versionsOf } from './tuf/judge.ts';
import { versionsFrom, type Remembered, type TufMeasured, type Visit } from './tuf/measured.ts';
import { tufOptions, type TufOptions } from './tuf/options.ts';
import { sha256 } from './tuf/refusal.ts';
import { NETWORK_FACTS } from './net/fact-names.ts';

/** A mirror of a repository of The Update Framework, taken as a client that starts from a pinned root. */
export const tuf: ProbeKind<TufOptions, TufMeasured> = {
  name: 'tuf',
  description:
    'A mirror of a TUF repository, by a whole client run from a pinned root and with an empty cache: every role is ' +
    'signed by the keys that the pinned root leads to, none has ended or ends soon, the target files are what was ' +
    'signed, and no version ever goes back.',
  example: `kind: tuf
url: https://tuf.corp.example
targets: [trusted_root.json]
root: |
  {
    "signatures": [{"keyid": "0ee683447485dc417ea30b8507d3eaacfa1f8b3885cf50f276ff614603dca9a3", "sig": "5faab4f4399359a102130e6fac26ec40acc56e8f511f27b3e970c47e9465ddaddb69e38bd4b72d8c54e39a9aa1679f20ee9f9896e34f6da28ecb575b57d05300"}],
    "signed": {
      "_type": "root",
      "spec_version": "1.0.31",
      "version": 1,
      "expires": "2027-01-01T00:00:00Z",
      "keys": {"0ee683447485dc417ea30b8507d3eaacfa1f8b3885cf50f276ff614603dca9a3": {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": "a168f3f6caeeefca05483c3ef6bdcc238012111aba9a0ef5ca0d8d36b4381fde"}}},
      "roles": {
        "root": {"keyids": ["0ee683447485dc417ea30b8507d3eaacfa1f8b3885cf50f276ff614603dca9a3"], "threshold": 1},
        "targets": {"keyids": ["0ee683447485dc417ea30b8507d3eaacfa1f8b3885cf50f276ff614603dca9a3"], "threshold": 1},
        "snapshot": {"keyids": ["0ee683447485dc417ea30b8507d3eaacfa1f8b3885cf50f276ff614603dca9a3"], "threshold": 1},
        "timestamp": {"keyids": ["0ee683447485dc417ea30b8507d3eaacfa1f8b3885cf50f276ff614603dca9a3"], "threshold": 1}
      },
      "consistent_snapshot": true
    }
  }
`,
  schema: tufOptions,
  traits: {
    steps: stepsOf({ targets: ['a'] }),
    facts: [...NETWORK_FACTS, 'rootVersion', 'targets'],
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: () => true,
  steps: stepsOf,
  run,
  judge: judgeTuf,
  variables: { versions: 'map' },
};

async function run(options: TufOptions, context: RunContext): Promise<TufMeasured> {
  const { startedAt } = context;
  const pin = sha256(Buffer.from(options.root));
  const remembered = versionsFrom(context.memory, pin);
  const { found, tried } = await eachAddress(hostOf(new URL(options.url)), options, context, (address) =>
    visitMirror(address, options, context),
  );
  const visits = tried.map(({ visit }) => visit);
  const findings = findingsOf({ visits, remembered, startedAt });
  const own = ownFaultAmong(found.stopped, findings);
  const first = tried[0];
  const passed =
    found.stopped === undefined && own.ownFault === undefined && findingOfAddresses(findings) === undefined;
  const versions = passed ? versionsOf(visits) : null;
  if (versions !== null) context.remember({ pin, versions } satisfies Remembered);
  return {
    startedAt,
    lookupMs: found.ms,
    ...(found.stopped !== undefined && { lookup: found.stopped }),
    visits,
    remembered,
    facts: { ...factsOfLookup(found), ...factsOfTls(first?.first?.tls), ...factsOfVisit(first?.visit) },
    phases: { dns: found.ms, ...first?.visit.phases },
    ...(first !== undefined && { address: first.visit.address }),
    ...own,
  };
}

/** Not the versions that change by themselves: facts are what rarely changes. */
function factsOfVisit(visit: Visit | undefined): Facts {
  if (visit === undefined) return {};
  const { root } = visit.roles;
  const targets = visit.targets.map(({ path, sha256 }) => `${path} sha256:${sha256}`);
  return {
    ...(root !== undefined && { rootVersion: root.version }),
    ...(targets.length > 0 && { targets: targets.sort() }),
  };
}
