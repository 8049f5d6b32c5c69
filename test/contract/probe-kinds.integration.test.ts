import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ProbeSchema } from '../../src/config/grammar/probe.ts';
import { FAILURE_CLASSES, type Stage } from '../../src/model/failure.ts';
import type { Judgement, Measured } from '../../src/model/run.ts';
import type { ProbeKind } from '../../src/ports/probe-kind.ts';
import { exec } from '../../src/probes/exec.ts';
import { PROBE_KINDS } from '../../src/probes/index.ts';
import { runContext, type ContextWishes } from '../probes/run-context.ts';
import { fullBacklog, type FullBacklog } from '../servers/full-backlog.ts';
import { hostileServer, type Hostility } from '../servers/hostile-server.ts';
import { refusedPort, tcpTarget } from '../servers/target-server.ts';
import { PROBE_SUBJECTS, type ProbeSubject } from './probe-subjects.ts';

const DEADLINE_MS = 250;
/** Later than this after its deadline, a run did not heed it: far more than a loaded machine needs. */
const SLACK_MS = 5_000;
const OPEN_KINDS = [
  'TCPSocketWrap',
  'UDPWrap',
  'GetAddrInfoReqWrap',
  'QueryWrap',
  'Timeout',
  'ProcessWrap',
  'PipeWrap',
];

const HOSTILITIES: readonly Hostility[] = [
  'silent',
  'drips',
  'body bomb',
  'header bomb',
  'slow header bomb',
  'garbage',
  'resets',
];
/** No hostile server may be told from these to be anything but unreachable, slow or malformed. */
const STAGES_OF_HOSTILITY: readonly Stage[] = ['dns', 'connect', 'tls', 'protocol', 'latency', 'semantic'];

let backlog: FullBacklog;
beforeAll(async () => {
  backlog = await fullBacklog();
});
afterAll(() => backlog[Symbol.asyncDispose]());

const networkKinds = PROBE_KINDS.filter((kind) => kind.traits.network && kind.traits.origin === 'run');

function subjectOf(kind: ProbeKind): ProbeSubject {
  const subject = PROBE_SUBJECTS[kind.name];
  if (subject === undefined) throw new Error(`test/contract/probe-subjects.ts has no line for ${kind.name}`);
  return subject;
}

/** One run against a port, or with options of its own, held to its deadline and judged after a round trip through JSON. */
async function run(
  kind: ProbeKind,
  target: number | Record<string, unknown>,
  wishes: Pick<ContextWishes, 'signal' | 'guard'> = {},
): Promise<{ measured: Measured; judged: Judgement }> {
  const options = kind.schema.parse(typeof target === 'number' ? subjectOf(kind).at?.(target) : target);
  const context = runContext({ timeoutMs: DEADLINE_MS, ...wishes });
  let late: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    late = setTimeout(() => reject(new Error(`${kind.name} outlived its deadline`)), DEADLINE_MS + SLACK_MS);
  });
  try {
    const live = await Promise.race([kind.run(options, context), tooLate]);
    const measured = JSON.parse(JSON.stringify(live)) as Measured;
    const facts = Object.keys(measured.facts);
    expect(kind.traits.facts ?? facts, 'facts that the kind declares').toEqual(expect.arrayContaining(facts));
    return { measured, judged: kind.judge(measured, options) };
  } finally {
    clearTimeout(late);
  }
}

function open(): string[] {
  return process.getActiveResourcesInfo().filter((resource) => OPEN_KINDS.includes(resource));
}

/** Resolves when nothing more is open than before: a closing socket takes a few turns of the loop. */
async function nothingLeft(before: readonly string[]): Promise<void> {
  const deadline = performance.now() + 2_000;
  while (added(before).length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(added(before), 'left open by the run').toEqual([]);
}

function added(before: readonly string[]): string[] {
  const known = [...before];
  return open().filter((kind) => {
    const at = known.indexOf(kind);
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
}

test('every file of the folder is one kind, and every kind has its file', () => {
  const files = readdirSync(new URL('../../src/probes/', import.meta.url))
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .map((file) => file.replace(/\.ts$/, ''));
  expect(PROBE_KINDS.map((kind) => kind.name)).toEqual(files.sort());
});

describe.each(PROBE_KINDS.map((kind) => [kind.name, kind] as const))('%s', (_name, kind) => {
  test('has an example that its schema takes', () => {
    const probe = parse(kind.example) as Record<string, unknown>;
    const own = Object.fromEntries(Object.entries(probe).filter(([key]) => !(key in ProbeSchema.shape)));
    expect(probe['kind']).toBe(kind.name);
    expect(kind.schema.safeParse(own).error?.issues).toBeUndefined();
  });

  test('has fields that JSON Schema can say', () => {
    expect(z.toJSONSchema(kind.schema, { io: 'input' })).toMatchObject({ type: 'object', additionalProperties: false });
  });

  test('describes itself, its steps and where runs come from', () => {
    expect(kind.description).toMatch(/^[A-Z].*\.$/s);
    expect(kind.traits.steps.length).toBeGreaterThan(0);
    expect(typeof kind.receive === 'function').toBe(kind.traits.origin === 'pushed');
  });
});

describe.each(PROBE_KINDS.map((kind) => [kind.name, kind] as const))('%s', (_name, kind) => {
  test.each(subjectOf(kind).wrong)('refuses wrong options and says where: %s', (path, options) => {
    const parsed = kind.schema.safeParse(options);
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
  });
});

describe.each(networkKinds.map((kind) => [kind.name, kind] as const))('%s', (_name, kind) => {
  test('row 5: measures a refused port', async () => {
    const before = open();
    const { measured, judged } = await run(kind, await refusedPort());
    expect(measured.ownFault).toBeUndefined();
    expect(judged).toMatchObject({ outcome: 'fail', message: expect.any(String) });
    expect(kind.name === 'dns' ? 'dns.servfail' : 'connect.refused').toBe(judged.class);
    await nothingLeft(before);
  });

  test('row 6: measures a port where packets are dropped', async () => {
    const before = open();
    const { measured, judged } = await run(kind, backlog.port);
    expect(measured.ownFault).toBeUndefined();
    expect(judged).toMatchObject({ outcome: 'fail', message: expect.any(String) });
    expect(kind.name === 'dns' ? 'dns.servfail' : 'connect.timeout').toBe(judged.class);
    await nothingLeft(before);
  });

  test('connects to nothing that the guard forbids, and blames nobody for it', async () => {
    await using server = await tcpTarget((socket) => socket.end());
    const guard = () => ({ allowed: false, reason: 'it is forbidden' }) as const;
    const { measured } = await run(kind, server.port, { guard });
    expect(measured.ownFault).toMatchObject({ class: 'probe.misconfigured' });
    expect(measured.ownFault?.message).toContain('not allowed (it is forbidden)');
    expect(server.accepted()).toBe(0);
  });

  test.each(HOSTILITIES)('measures a server that is hostile, within its deadline: %s', async (hostility) => {
    const before = open();
    {
      await using server = await hostileServer(hostility);
      const { measured, judged } = await run(kind, server.port);
      expect(measured.ownFault).toBeUndefined();
      expect(judged.outcome).toBe('fail');
      expect(FAILURE_CLASSES).toContain(judged.class);
      expect(STAGES_OF_HOSTILITY).toContain(judged.class?.split('.')[0]);
      expect(judged.steps.filter((step) => step.outcome === 'fail')).toHaveLength(1);
      expect(JSON.stringify(measured).length).toBeLessThan(100_000);
    }
    await nothingLeft(before);
  });

  test('ends at once when the monitor calls the run off, and does not blame the target', async () => {
    const before = open();
    {
      await using server = await hostileServer('silent');
      const controller = new AbortController();
      const running = run(kind, server.port, { signal: controller.signal });
      await server.touched;
      controller.abort(new Error('the daemon stops'));
      const { measured } = await running;
      expect(measured.ownFault?.class).toMatch(/^probe\./);
    }
    await nothingLeft(before);
  });

  test('does nothing once its signal has fired', async () => {
    const before = open();
    {
      await using server = await hostileServer('silent');
      const { measured } = await run(kind, server.port, { signal: AbortSignal.abort(new Error('the daemon stops')) });
      expect(measured.ownFault?.class).toMatch(/^probe\./);
    }
    await nothingLeft(before);
  });
});

/** Programs that treat whoever runs them as a hostile server does. */
describe('exec', () => {
  const kind = exec as unknown as ProbeKind;

  test.each([
    ['says nothing', 'exec sleep 60', 'latency.timeout'],
    ['drips', 'while :; do printf x; sleep 0.01; done', 'latency.timeout'],
    ['says too much', 'exec yes', 'protocol.too_large'],
    ['does not heed a request to end', "trap '' TERM; while :; do sleep 0.05; done", 'latency.timeout'],
    ['starts others and waits for them', 'sleep 60 & sleep 60 & wait', 'latency.timeout'],
    ['ends badly', 'exit 3', 'semantic.exit_status'],
  ])('measures a program that %s, within its deadline, and leaves no child', async (_what, script, expected) => {
    const before = open();
    const { measured, judged } = await run(kind, { command: ['/bin/sh', '-c', script] });
    expect(judged).toMatchObject({ outcome: 'fail', class: expected });
    expect(JSON.stringify(measured).length).toBeLessThan(100_000);
    await nothingLeft(before);
  });

  test('leaves no child when the monitor calls the run off', async () => {
    const before = open();
    const signal = AbortSignal.abort(new Error('the daemon stops'));
    const { measured } = await run(kind, { command: ['/bin/sh', '-c', 'exec sleep 60'] }, { signal });
    expect(measured.ownFault?.class).toMatch(/^probe\./);
    await nothingLeft(before);
  });
});
