import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../../src/config/load-configuration.ts';
import { judgeRun } from '../../../src/core/judge/judge-run.ts';
import type { ProbeId } from '../../../src/model/ids.ts';
import type { LoadResult } from '../../../src/ports/loaded.ts';
import { flow } from '../../../src/probes/flow.ts';
import type { FlowMeasured } from '../../../src/probes/flow/measured.ts';
import type { FlowOptions } from '../../../src/probes/flow/options.ts';
import { PROBE_KINDS } from '../../../src/probes/index.ts';
import { textFiles } from '../../config/load-texts.ts';
import { httpTarget } from '../../servers/target-server.ts';
import { runContext } from '../run-context.ts';

const ROUND = 'dis/round' as ProbeId;

function configuration(base: string, more = ''): string {
  return `services:
  dis:
    capabilities: { sign: {}, verify: {}, list: {} }
    probes:
      round:
        kind: flow
        steps:
          - { name: log-in, method: POST, url: "${base}/login", json: {}, capture: { token: json.token } }
          - name: sign
            proves: [sign]
            method: POST
            url: "${base}/sign"
            headers: { authorization: "Bearer \${log-in.token}" }
            json: { digest: "sha256:1" }
          - { name: verify, proves: [verify], url: "${base}/verify", expect: { contains: valid } }
          - { name: list, proves: [list], url: "${base}/list", expect: { contains: "[" } }
${more}`;
}

function load(text: string): Promise<LoadResult> {
  return loadConfiguration({
    paths: ['.'],
    kinds: new Map(PROBE_KINDS.map((kind) => [kind.name, kind])),
    channelKinds: new Map(),
    read: textFiles({ 'tocsin.yaml': text }),
    env: () => undefined,
  });
}

async function loaded(text: string) {
  const result = await load(text);
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join('; '));
  const probe = result.loaded.configuration.probes.find(({ id }) => id === ROUND);
  const beside = result.loaded.probes.get(ROUND);
  if (probe === undefined || beside === undefined) throw new Error('the probe is not there');
  return { probe, ...beside, findings: result.loaded.findings };
}

/** One run against a server that fails at one path, judged as the daemon judges. */
async function judged(failing?: string, more = '') {
  await using server = await httpTarget((request, response) => {
    if (request.url === failing) return void response.writeHead(500).end();
    response.end('{"token":"tok-123456","valid":["valid"]}');
  });
  const { probe, options, assertions } = await loaded(configuration(`http://${server.at}`, more));
  const context = runContext();
  const measured = await flow.run(options as FlowOptions, context);
  return judgeRun({
    probe,
    judge: (given) => flow.judge(given as FlowMeasured, options as FlowOptions),
    assertions,
    measured,
    startedAt: context.startedAt,
    durationMs: 1,
  });
}

describe('what a configured flow proves', () => {
  test('is what its steps name, without proves at the probe', async () => {
    const { probe, findings } = await loaded(configuration('http://dis.example'));
    expect(probe.proves).toEqual({ reach: [], read: ['dis.list', 'dis.verify'], write: ['dis.sign'] });
    expect(probe.deep).toBe(true);
    expect(findings.filter(({ code }) => code === 'secret/inline')).toEqual([]);
  });

  test('is everything where every step passes', async () => {
    expect(await judged()).toMatchObject({
      outcome: 'pass',
      proven: ['dis.list', 'dis.sign', 'dis.verify'],
      against: [],
    });
  });

  test('stands against the step that fails alone; those before it are proven, those after it are not known', async () => {
    expect(await judged('/verify')).toMatchObject({
      outcome: 'fail',
      proven: ['dis.sign'],
      against: ['dis.verify'],
    });
  });

  test('all stands against a step that names nothing and fails', async () => {
    expect(await judged('/login')).toMatchObject({
      outcome: 'fail',
      proven: [],
      against: ['dis.list', 'dis.sign', 'dis.verify'],
    });
  });

  test('is nothing of a step that names nothing, while a later one fails', async () => {
    expect(await judged('/sign')).toMatchObject({ outcome: 'fail', proven: [], against: ['dis.sign'] });
  });
});

describe('assertions', () => {
  test('see each step by its name', async () => {
    const passing = `        assert: 'steps["log-in"].status == 200 && steps.verify.json.valid[0] == "valid" && steps.list.ms >= 0'\n`;
    expect((await judged(undefined, passing)).message).toBeUndefined();
    const failing = `        assert: [{ that: "steps.sign.status == 201", because: nothing was made, class: semantic.wrong_value }]\n`;
    expect(await judged(undefined, failing)).toMatchObject({
      class: 'semantic.wrong_value',
      message: 'nothing was made',
    });
  });
});

describe('a configuration is refused', () => {
  test.each<[string, (text: string) => string, string, string]>([
    [
      'where a step names a capability that is none',
      (text) => text.replace('[verify]', '[verfy]'),
      'config/unknown-capability',
      '[verfy]',
    ],
    [
      'where a reference leads nowhere',
      (text) => text.replace('${log-in.token}', '${login.token}'),
      '',
      'authorization: "Bearer ${login.token}"',
    ],
  ])('%s, at its place', async (_what, change, code, at) => {
    const text = change(configuration('http://dis.example'));
    const result = await load(text);
    const diagnostics = result.ok ? [] : result.diagnostics;
    expect(diagnostics).toHaveLength(1);
    const [first] = diagnostics;
    expect(first?.code).toContain(code);
    const line = text.split('\n')[(first?.place?.line ?? 0) - 1];
    expect(line).toContain(at);
  });
});
