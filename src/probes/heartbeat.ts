import { z } from 'zod';
import type { Json, Measured } from '../model/run.ts';
import { secret } from '../ports/fields.ts';
import type { ProbeKind } from '../ports/probe-kind.ts';

const MAX_BODY_BYTES = 16 * 1024;
const BEAT = 'beat';

/** `every` and `grace` are fields of every pushed kind, and not among these. */
const heartbeatOptions = z.strictObject({
  token: secret().optional().meta({ description: "whoever pushes must show it; default: one of the server's" }),
});

/** The `heartbeat` kind's own fields, parsed. */
export type HeartbeatOptions = z.output<typeof heartbeatOptions>;

/** A sign of life as it came. */
export interface HeartbeatMeasured extends Measured {
  /** When it came, in integer milliseconds. */
  readonly receivedAt: number;
  /** The JSON that came with it; null where none did. */
  readonly json: Json;
  /** Set where the body was not kept because it was longer than anybody may push. */
  readonly tooLargeBytes?: number;
}

/** Waits to be told: a backup, a batch, a monitor elsewhere. */
export const heartbeat: ProbeKind<HeartbeatOptions, HeartbeatMeasured> = {
  name: 'heartbeat',
  description:
    'Waits for a sign of life pushed to the API at least every so often; fails as missed when none comes in time. ' +
    'Assertions see the pushed JSON, so that a backup that reports 0 bytes fails.',
  example: `kind: heartbeat
every: 1h
grace: 10m
assert: [{ that: "json.bytes > 0", because: the backup is empty }]
`,
  schema: heartbeatOptions,
  traits: { steps: [{ name: BEAT, kind: 'write' }], facts: [], origin: 'pushed', onDemand: false, network: false },
  deep: () => true,
  run: () => Promise.reject(new TypeError('a heartbeat is received, never run')),
  receives: 'beat',
  receive(body, _options, at) {
    const json = (body ?? null) as Json;
    const bytes = Buffer.byteLength(JSON.stringify(json), 'utf8');
    if (bytes <= MAX_BODY_BYTES) return { facts: {}, receivedAt: at, json };
    return { facts: {}, receivedAt: at, json: null, tooLargeBytes: bytes };
  },
  judge(measured) {
    const { tooLargeBytes, json } = measured;
    if (tooLargeBytes === undefined) {
      const step = { name: BEAT, kind: 'write', outcome: 'pass', ms: 0 } as const;
      return { outcome: 'pass', steps: [step], warnings: [], variables: { json } };
    }
    const expected = `at most ${MAX_BODY_BYTES} bytes of JSON`;
    const got = `${tooLargeBytes} bytes`;
    return {
      outcome: 'fail',
      class: 'protocol.too_large',
      message: `heartbeat: expected ${expected}, got ${got}`,
      steps: [{ name: BEAT, kind: 'write', outcome: 'fail', ms: 0, expected, got }],
      warnings: [],
    };
  },
  variables: { json: 'dyn' },
};
