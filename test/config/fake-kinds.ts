import { z } from 'zod';
import type { ChannelKind } from '../../src/ports/channel-kind.ts';
import { duration, secret } from '../../src/ports/fields.ts';
import type { ProbeKind, Traits } from '../../src/ports/probe-kind.ts';

const never = (): never => {
  throw new Error('reading a configuration must not run anything');
};

function kind<S extends z.ZodType>(
  name: string,
  schema: S,
  steps: Traits['steps'],
  more: Partial<ProbeKind<z.output<S>>> = {},
): ProbeKind {
  const made: ProbeKind<z.output<S>> = {
    name,
    description: `a ${name} for tests`,
    example: '',
    schema: schema as unknown as ProbeKind<z.output<S>>['schema'],
    traits: { steps, origin: 'run', onDemand: true, network: true },
    deep: () => true,
    run: never,
    judge: never,
    ...more,
  };
  return made as unknown as ProbeKind;
}

const web = kind(
  'web',
  z.strictObject({
    url: z.string().regex(/^https?:\/\//, 'not a URL; write it like https://host/path'),
    method: z.enum(['GET', 'POST']).default('GET').meta({ description: 'what to ask with' }),
    headers: z.record(z.string(), secret()).optional(),
    token: secret().optional(),
    retries: z.int().min(0).max(5).optional(),
    expect: z
      .strictObject({
        status: z.union([z.int(), z.array(z.int()).min(1)]).default(200),
        contains: z.string().optional(),
        maxLatency: duration().optional(),
      })
      .prefault({}),
  }),
  [
    { name: 'connect', kind: 'reach' },
    { name: 'answer', kind: 'read' },
  ],
  {
    shorthand: { example: 'https://host/path', schemes: ['http', 'https'], options: (url) => ({ url }) },
    variables: { status: 'int', headers: 'map', body: 'string', json: 'dyn' },
    deep: ({ expect }) => expect.contains !== undefined,
  },
);

const store = kind('store', z.strictObject({ host: z.string(), write: z.boolean().default(false) }), [
  { name: 'connect', kind: 'reach' },
  { name: 'get', kind: 'read' },
  { name: 'put', kind: 'write' },
]);

const flow = kind(
  'flow',
  z.strictObject({
    steps: z
      .array(z.strictObject({ name: z.string(), url: z.string(), proves: z.array(z.string()).optional() }))
      .min(1),
  }),
  [{ name: 'step', kind: 'read' }],
  {
    steps: ({ steps }) =>
      steps.map(({ name, proves }) => ({ name, kind: 'read', ...(proves === undefined ? {} : { proves }) })),
  },
);

const beat = kind('beat', z.strictObject({ token: secret() }), [{ name: 'beat', kind: 'write' }], {
  traits: { steps: [{ name: 'beat', kind: 'write' }], facts: [], origin: 'pushed', onDemand: false, network: false },
});

const exec = kind('exec', z.strictObject({ command: z.array(z.string()).min(1) }), [{ name: 'run', kind: 'read' }]);

const either = kind(
  'either',
  z.union([z.strictObject({ host: z.string(), port: z.int() }), z.strictObject({ socket: z.string() })]),
  [{ name: 'connect', kind: 'reach' }],
);

/** Kinds of probes that only ever are configured. */
export const fakeKinds: ReadonlyMap<string, ProbeKind> = new Map(
  [web, store, flow, beat, exec, either].map((one) => [one.name, one]),
);

function channelKind<S extends z.ZodType>(name: string, schema: S): ChannelKind {
  return {
    name,
    description: `a ${name} for tests`,
    example: '',
    schema,
    deliver: never,
  };
}

/** Kinds of channels that only ever are configured. */
export const fakeChannelKinds: ReadonlyMap<string, ChannelKind> = new Map(
  [
    channelKind('hook', z.strictObject({ url: z.string(), secret: secret().optional() })),
    channelKind('mail', z.strictObject({ to: z.array(z.string()).min(1) })),
  ].map((one) => [one.name, one]),
);
