import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { annotations } from '../../../src/cli/check/annotations.ts';
import { impactSentences } from '../../../src/cli/check/changes.ts';
import { report } from '../../../src/cli/check/report.ts';
import { sarif } from '../../../src/cli/check/sarif.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';
import { compileGraph } from '../../../src/core/graph/graph.ts';
import { changedFindings } from '../../../src/core/lint/changed-findings.ts';
import { changedImpact } from '../../../src/core/lint/changed-impact.ts';
import type { Diagnostic } from '../../../src/model/configuration.ts';
import { configurationOf, lintOf } from '../../core/lint/findings-of.ts';
import { SARIF_SHAPE } from './sarif-shape.ts';

const PLACE = { file: 'teams/kv 1.yaml', line: 12, column: 5, endLine: 12, endColumn: 14 };
const FINDING: Diagnostic = {
  code: 'recovery/none',
  severity: 'error',
  subject: 'kv.read',
  message: 'nothing works: 100 %, really',
  place: PLACE,
  help: 'declare another',
};

const terminal: Terminal = { out: () => {}, err: () => {}, colour: false, columns: 80, env: {}, folder: '/repo' };

const CIRCLE = `services:
  kv: { tier: 2, recovery: [{ name: roll back by the pipeline, needs: [ci] }], owner: storage, title: Key-value store }
  ci: { tier: 2, needs: [kv] }
  web: { tier: 1, runbook: 'https://wiki.example', accept: [{ code: recovery/undeclared, because: static, until: 2027-01-01 }] }`;

describe('SARIF', () => {
  test('has the shape that the published schema asks for', async () => {
    const { findings, accepted } = await lintOf(CIRCLE);
    const log = sarif({ findings: [...findings, FINDING], accepted, version: '1.2.3', folder: '/repo' });
    const validate = new Ajv({ strict: false }).compile(SARIF_SHAPE);
    expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...(log as object), version: '2.0.0' })).toBe(false);
  });

  test('points at the place from the root of the checkout, tells each path as a code flow, and suppresses what is accepted', async () => {
    const { findings, accepted } = await lintOf(CIRCLE);
    const none = findings.filter((f) => f.code === 'recovery/none');
    const [run] = (
      sarif({
        findings: [...none, { ...FINDING, place: { ...PLACE, file: '/repo/a/b.yaml' } }],
        accepted,
        version: '1',
        folder: '/repo',
      }) as {
        runs: { tool: { driver: { rules: unknown } }; results: Record<string, unknown>[] }[];
      }
    ).runs;
    expect(run?.tool.driver.rules).toEqual([
      { id: 'recovery/none', shortDescription: { text: 'no declared way out works while this is down' } },
      { id: 'recovery/undeclared', shortDescription: { text: 'tier 0 or 1, ours, and no way out declared' } },
    ]);
    const [first, second, third] = run?.results ?? [];
    expect(first?.['codeFlows']).toMatchObject([
      {
        message: { text: 'why "roll back by the pipeline" does not work' },
        threadFlows: [
          {
            locations: [
              { location: { message: { text: 'roll back by the pipeline → ci.up (recovery)' } } },
              { location: { message: { text: 'ci.up → kv.up (hard)' } } },
            ],
          },
        ],
      },
    ]);
    expect(second?.['locations']).toMatchObject([
      {
        physicalLocation: {
          artifactLocation: { uri: 'a/b.yaml' },
          region: { startLine: 12, startColumn: 5, endColumn: 14 },
        },
      },
    ]);
    expect(third).toMatchObject({
      ruleId: 'recovery/undeclared',
      level: 'warning',
      suppressions: [{ kind: 'inSource', justification: 'static (until 2027-01-01)' }],
    });
  });
});

describe('annotations of a pull request', () => {
  test('are one line each, with what would end them early escaped', () => {
    expect(annotations([FINDING])).toBe(
      '::error file=teams/kv 1.yaml,line=12,endLine=12,col=5,endColumn=13,title=recovery/none::nothing works: 100 %25, really%0Adeclare another\n',
    );
    expect(
      annotations([{ ...FINDING, place: { ...PLACE, file: 'a,b:c.yaml', endLine: 13 }, severity: 'info' }]),
    ).toContain('::notice file=a%2Cb%3Ac.yaml,line=12,endLine=13,title=');
  });

  test('cannot be forged by a name in a file', () => {
    const forged = annotations([{ ...FINDING, message: 'x\n::error::all is well\u001b[2J' }]);
    expect(forged.split('\n')).toHaveLength(2);
    expect(forged).not.toContain('\u001b');
  });
});

describe('the report', () => {
  test('groups by service, shows the path with the place of each edge, and ends with a summary, within 80 columns', async () => {
    const { findings, accepted } = await lintOf(CIRCLE);
    const configuration = await configurationOf(CIRCLE);
    const text = report(terminal, {
      findings: findings.filter((f) => f.code === 'recovery/none'),
      accepted,
      sources: [],
      configuration,
    });
    expect(text).toBe(`── kv  tier 2 · storage · Key-value store ──────────────────────────────────────

tocsin.yaml:5:29: error recovery/none: no declared recovery of kv works while
  kv.up is down: "roll back by the pipeline" needs ci.up → kv.up
  = why "roll back by the pipeline" does not work:
    roll back by the pipeline → ci.up (recovery)                tocsin.yaml:5:72
    ci.up → kv.up (hard)                                        tocsin.yaml:6:26
  = help: declare a recovery that does not need ci.up, or a break-glass one

accepted  recovery/undeclared web until 2027-01-01: static

1 error, 0 warnings; 1 accepted
     1  recovery/none
`);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('what a change brings', () => {
  const graph = async (services: string) => compileGraph(await configurationOf(`services: { ${services} }`));
  const change = async (before: string, now: string): Promise<readonly string[]> =>
    impactSentences(changedImpact(await graph(before), await graph(now)));

  test('is said in sentences: who is taken down anew, no longer, sooner or less', async () => {
    expect(await change('rekor: {}, cd: {}', 'rekor: {}, cd: { needs: [rekor] }')).toEqual([
      'a failure of rekor.up now also takes down cd.up',
    ]);
    expect(await change('rekor: {}, cd: { needs: [rekor] }', 'rekor: {}, cd: {}')).toEqual([
      'a failure of rekor.up no longer takes down cd.up',
    ]);
    expect(
      await change('rekor: {}, cd: { needs: [{ cached: rekor, ttl: 10m }] }', 'rekor: {}, cd: { needs: [rekor] }'),
    ).toEqual(['a failure of rekor.up now takes down cd.up at once, before after 10m']);
    expect(await change('rekor: {}, cd: { needs: [rekor] }', 'rekor: {}, cd: { needs: [{ soft: rekor }] }')).toEqual([
      'a failure of rekor.up now degrades cd.up, which it took down before',
    ]);
    expect(await change('rekor: {}, cd: { needs: [{ soft: rekor }] }', 'rekor: {}, cd: { needs: [rekor] }')).toEqual([
      'a failure of rekor.up now takes down cd.up, which it only degraded before',
    ]);
  });

  test('reaches what rests on it, through what did not change', async () => {
    expect(
      await change(
        'db: {}, rekor: { needs: [db] }, cd: {}, web: { needs: [cd] }',
        'db: {}, rekor: { needs: [db] }, cd: { needs: [rekor] }, web: { needs: [cd] }',
      ),
    ).toEqual([
      'a failure of db.up now also takes down cd.up and web.up',
      'a failure of rekor.up now also takes down cd.up and web.up',
    ]);
  });

  test('a new service is hit, and one that is gone is not mourned', async () => {
    expect(await change('db: {}, old: { needs: [db] }', 'db: {}, new: { needs: [db] }')).toEqual([
      'a failure of db.up now also takes down new.up',
    ]);
    expect(await change('db: {}, a: { needs: [db] }', 'a: { needs: [db] }, db: {}')).toEqual([]);
  });

  test('a finding that only moved is not new; one more of the same kind is', () => {
    const moved = { ...FINDING, message: 'other words', place: { ...PLACE, line: 40 } };
    expect(changedFindings([FINDING], [moved])).toEqual({ added: [], gone: [], stayed: 1 });
    expect(changedFindings([FINDING], [moved, FINDING])).toMatchObject({ added: [FINDING], stayed: 1 });
    expect(changedFindings([FINDING], [])).toEqual({ added: [], gone: [FINDING], stayed: 0 });
  });

  test('another circle through the same service is another finding', () => {
    const circle = (path: readonly string[]): Diagnostic => ({ ...FINDING, code: 'graph/cycle', path });
    expect(changedFindings([circle(['a', 'b', 'a'])], [circle(['a', 'c', 'a'])]).added).toHaveLength(1);
  });
});
