import type { ProbeKind } from '../ports/probe-kind.ts';
import { judgeOci } from './oci/judge.ts';
import type { OciMeasured } from './oci/measured.ts';
import { ociOptions, type OciOptions } from './oci/options.ts';
import { runOci } from './oci/run.ts';
import { kindOfStep, STEP_NAMES, stepsOf, type StepName } from './oci/steps.ts';
import { NETWORK_FACTS } from './net/fact-names.ts';

/** An image registry, used as those use it who pull from it and push to it. */
export const oci: ProbeKind<OciOptions, OciMeasured> = {
  name: 'oci',
  description:
    'An OCI or Docker registry, Harbor included, used as a container runtime uses it: logs in where the registry ' +
    'sends it (only to the pinned realm, or to the registry itself), pulls the manifest and hashes the bytes of ' +
    'manifest, configuration and layers up to a bound. On request it holds a tag to a digest, looks for a signature, ' +
    'and begins an upload that it cancels.',
  example: `kind: oci
registry: https://registry.corp.example
repository: shop/web
reference: stable
digest: sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1
username: robot$tocsin
password: \${env:REGISTRY_PASSWORD}
realm: https://registry.corp.example/service/token
upload: true
`,
  schema: ociOptions,
  traits: {
    steps: STEP_NAMES.map(asStep),
    facts: [...NETWORK_FACTS, 'realm', 'service', 'digest'],
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: ({ depth }) => depth === 'blobs',
  steps: (options) => stepsOf(options).map(asStep),
  run: runOci,
  judge: judgeOci,
  variables: { status: 'int' },
};

function asStep(name: StepName) {
  return { name, kind: kindOfStep(name) };
}
