import type { ProbeKind } from '../ports/probe-kind.ts';
import { kindOfStep, STEP_NAMES, type StepName } from './rekor/examine.ts';
import { decide, stepsOf } from './rekor/judge.ts';
import type { RekorMeasured } from './rekor/measured.ts';
import { rekorOptions, type RekorOptions } from './rekor/options.ts';
import { runRekor } from './rekor/run.ts';
import { NETWORK_FACTS } from './net/fact-names.ts';

/** A Rekor transparency log: right key, right tree, growing without ever rewriting itself, and taking and serving entries. */
export const rekor: ProbeKind<RekorOptions, RekorMeasured> = {
  name: 'rekor',
  description:
    'A Rekor transparency log, verified as its clients must: the checkpoint is signed by a pinned key, belongs to a ' +
    'configured tree, continues the last checkpoint that was verified (RFC 9162), and a known entry is still included. ' +
    'Anything else that answers under the name fails, however green it looks. `write: fixed` proposes one entry that is ' +
    'always the same, so that the log takes it once and never grows by it (version 2 needs deduplication for that); ' +
    '`write: fresh` appends a new one signed by `key`, for a probe of its own with `every: 1h`. With `version: 2` the ' +
    'log is one of tiles: `origin` is required, `entry` is an index, cosignatures of witnesses are ignored, and a ' +
    'write to `writeUrl` takes until it is published, so give it `timeout: 20s` or more.',
  example: `kind: rekor
url: https://rekor.corp.example
publicKey: |
  -----BEGIN PUBLIC KEY-----
  MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2G2Y+2tabdTV5BcGiBIx0a9fAFwr
  kBbmLSGtks4L3qX6yYY0zufBnhC8Ur/iy55GhWP/9A/bY2LhC30M9+RYtw==
  -----END PUBLIC KEY-----
treeIds: ["1193050959916656506"]
entry: 108e9186e8c5677a9a5a0b3f6c8b0d2c6f6e7d8c9b0a1f2e3d4c5b6a79880716253443526170890f
`,
  schema: rekorOptions,
  traits: {
    steps: STEP_NAMES.map(asStep),
    facts: [...NETWORK_FACTS, 'logKey', 'treeId'],
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: () => true,
  steps: (options) => stepsOf(options).map(asStep),
  run: runRekor,
  judge: (measured, options) => decide(measured, options).judgement,
  variables: { status: 'int', json: 'map' },
};

function asStep(name: StepName) {
  return { name, kind: kindOfStep(name) };
}
