import type { ProbeKind } from '../ports/probe-kind.ts';
import { looksInside } from './http/options.ts';
import { isRead } from './http/measure.ts';
import { judgeFlow, stepsOf } from './flow/judge.ts';
import type { FlowMeasured } from './flow/measured.ts';
import { flowOptions, type FlowOptions, type FlowStep } from './flow/options.ts';
import { runFlow } from './flow/run.ts';
import { NETWORK_FACTS } from './net/fact-names.ts';

/** Asks several URLs one after another, as a consumer would, and passes on what came back. */
export const flow: ProbeKind<FlowOptions, FlowMeasured> = {
  name: 'flow',
  description:
    'Takes HTTP steps in order until one fails, each on a fresh connection and each held to its own expectations; ' +
    'what a step captures stands in later ones as `${step.name}`, encoded for its place and secret unless revealed. ' +
    'The cleanup is run whenever a request went out. `${run.nonce}` is new in every run.',
  example: `kind: flow
proves: [up]
steps:
  - name: put
    method: PUT
    url: https://kv.example/values/tocsin-canary-\${run.nonce}
    json: { value: "\${run.nonce}" }
    capture: { version: json.version }
  - name: get
    url: https://kv.example/values/tocsin-canary-\${run.nonce}?version=\${put.version}
    expect: { json: { $.value: "\${run.nonce}" } }
cleanup:
  - { name: delete, method: DELETE, url: "https://kv.example/values/tocsin-canary-\${run.nonce}" }
`,
  schema: flowOptions,
  traits: {
    steps: [{ name: 'step', kind: 'read' }],
    facts: [...NETWORK_FACTS, 'httpVersion', 'server'],
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep(options) {
    const naming = options.steps.filter(({ proves }) => proves !== undefined);
    // Without names the flow proves what its most demanding step proves; with them each must prove its own.
    return naming.length === 0 ? options.steps.some(isDeep) : naming.every(isDeep);
  },
  steps: stepsOf,
  run: runFlow,
  judge: judgeFlow,
  variables: { steps: 'map' },
};

/** A step that changes something, or looks into what came back. */
function isDeep(step: FlowStep): boolean {
  return !isRead(step.method) || Object.keys(step.capture).length > 0 || looksInside(step.expect);
}
