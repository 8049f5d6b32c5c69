import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkConfiguration } from '../../../src/app/check-configuration.ts';
import { FINDINGS } from '../../../src/core/lint/codes.ts';
import type { Diagnostic } from '../../../src/model/configuration.ts';

const FOLDER = path.join(import.meta.dirname, 'faulty');
/** When drills and acceptances are judged. */
const NOW = Date.UTC(2026, 10, 22);

/** Code (its file is named for it), `line:column-end`, severity, subject, message, help. */
const TABLE: readonly (readonly [
  code: string,
  place: string,
  severity: string,
  subject: string,
  message: string,
  help: string,
])[] = [
  [
    'accept/expired',
    '9:14-90',
    'warning',
    'kv',
    'kv accepted runbook/missing until 2026-11-20 (we write it this week), and that is over',
    'mend what it says, or decide anew and set a new day',
  ],
  [
    'accept/useless',
    '10:14-90',
    'warning',
    'kv',
    'kv accepts runbook/missing, and has no such finding',
    'remove it: should the finding come back, somebody should look at it anew',
  ],
  [
    'coverage/redundant',
    '8:7-10',
    'info',
    'kv/web',
    'kv/web does the same steps as kv/again (line 9) and proves the same: kv.up',
    'keep one of them, or let one look elsewhere: another address, another value, a write',
  ],
  [
    'coverage/shallow',
    '8:15-19',
    'warning',
    'kv.up',
    'kv.up is tier 1, and its only evidence is shallow: kv/port',
    'check what comes back, not only that something answers: expect content, an identity, a signature',
  ],
  [
    'coverage/unprobed',
    '8:13-15',
    'error',
    'kv.up',
    'kv.up is needed hard by shop.up, and nothing probes it',
    'give kv a probe that uses kv.up as its consumers do',
  ],
  [
    'detect/budget',
    '7:19-21',
    'error',
    'kv.up',
    'worst-case detection of kv.up is 7m, promised is 2m: 30s interval + 3 × 20s timeout + 2 × 5s until the next re-run + 20s hold + 5m pageAfter = 7m, by kv/web',
    'shorten the sum by 5m (the longest part is 5m pageAfter), or promise 7m',
  ],
  [
    'detect/window',
    '7:125-128',
    'error',
    'kv/web',
    'kv/web may take 20s and runs every 5s: a run is cut off after 5s',
    'a run must end before the next one begins: timeout of at most 5s, or every of at least 20s',
  ],
  [
    'graph/cycle',
    '7:13-18',
    'error',
    'orders.up',
    'hard needs form a circle: orders.up → stock.up → prices.up → orders.up',
    'decide which of these can work for a while without the other, and write that need as { soft: … } or { cached: …, ttl: … }',
  ],
  [
    'owner/missing',
    '4:3-5',
    'warning',
    'kv',
    'kv is tier 1 and belongs to nobody',
    'say whom to page: owner: team-name',
  ],
  [
    'page/none',
    '6:3-5',
    'error',
    'kv',
    'a failure of kv (tier 2, owner team) would reach nobody: no route leads a page to a channel',
    'add a route without match at the end, so that nothing falls through: routes: [ …, { page: [hook] } ]',
  ],
  [
    'page/self',
    '3:111-115',
    'error',
    'network.up',
    'the page about network.up travels through network.up: mail needs smtp.up → network.up',
    'give the route that carries it a second channel, or a fallback, that does not need smtp.up',
  ],
  [
    'recovery/black-start',
    '11:13-43',
    'error',
    'cluster.up',
    'nothing of this circle can start from cold: cluster.up → registry.up → cluster.up',
    'let one of them start without the next: perhaps cluster.up without registry.up, by a copy of its own, a second source or a start that does not ask for it',
  ],
  [
    'recovery/break-glass-only',
    '9:9-47',
    'warning',
    'kv.up',
    'only break-glass recovers kv while kv.up is down ("edit the routes by hand", last drilled 2026-01-31, 295 days ago): "roll back by CI" needs ci.up → kv.up',
    'declare a recovery that does not need ci.up, or drill the break-glass one twice a year',
  ],
  [
    'recovery/expires',
    '8:16-57',
    'warning',
    'registry.up',
    'registry is recoverable only for 1d1h while registry.up is down, after 1d1h no declared recovery works: "helm rollback" needs cluster.up → nodes.up → registry.up; where it answers wrongly or is too slow, nothing works from the first moment on',
    'declare a recovery that does not need cluster.up, or make sure that the repair is done before the cache runs out',
  ],
  [
    'recovery/none',
    '9:9-64',
    'error',
    'kv.up',
    'no declared recovery of kv works while kv.up is down: "revert from the dashboard" needs dashboard.up → login.up → kv.up; "roll back by CI" needs login.up → kv.up',
    'declare a recovery that does not need dashboard.up, or a break-glass one',
  ],
  [
    'recovery/undeclared',
    '5:3-5',
    'warning',
    'kv',
    'kv is tier 1 and declares no way to recover',
    'declare the ways out with what each needs: recovery: [{ name: roll back, needs: [cd.deploy] }]',
  ],
  [
    'runbook/missing',
    '5:3-5',
    'warning',
    'kv',
    'kv is tier 0 and has no runbook',
    'say where it is written what to do at night: runbook: https://…',
  ],
  [
    'secret/inline',
    '12:16-27',
    'warning',
    'services.kv.probes.canary',
    'a secret stands in the file itself',
    'write "${env:NAME}" or "${file:path}" instead',
  ],
  [
    'vantage/none',
    '1:1-2',
    'warning',
    'vantage',
    'without anchors the monitor cannot tell the failure of its own network from that of its targets',
    'name two or three things outside that nearly always answer: vantage: { anchors: [{ tcp: 192.0.2.1:443 }] }',
  ],
];

/** What the acceptance was about comes back with its end. */
const WITH_IT: Readonly<Record<string, readonly string[]>> = { 'accept/expired': ['runbook/missing'] };

async function findingsIn(code: string): Promise<readonly Diagnostic[]> {
  const file = path.join(FOLDER, `${code.replace('/', '-')}.yaml`);
  const { findings, configuration } = await checkConfiguration([file], {}, NOW);
  expect(configuration, JSON.stringify(findings)).toBeDefined();
  return findings;
}

describe('each faulty file gives exactly its one finding, at its place, in these words', () => {
  test.each(TABLE)('%s', async (code, place, severity, subject, message, help) => {
    const findings = await findingsIn(code);
    expect(findings.map((f) => f.code).filter((c) => !(WITH_IT[code] ?? []).includes(c))).toEqual([code]);
    const found = findings.find((f) => f.code === code);
    const at = found?.place;
    expect({
      place: `${String(at?.line)}:${String(at?.column)}-${String(at?.endColumn)}`,
      severity: found?.severity,
      subject: found?.subject,
      message: found?.message,
      help: found?.help,
    }).toEqual({ place, severity, subject, message, help });
  });

  test('there is a file for every code there is, and none for another', () => {
    const files = readdirSync(FOLDER).map((file) => file.replace('.yaml', ''));
    const codes = Object.keys(FINDINGS).map((code) => code.replace('/', '-'));
    expect(files.toSorted()).toEqual(codes.toSorted());
    expect(TABLE.map(([code]) => code).toSorted()).toEqual(Object.keys(FINDINGS).toSorted());
  });
});

describe('the path that proves a finding', () => {
  const edges = ({ proofs }: Diagnostic): readonly (readonly string[])[] =>
    (proofs ?? []).map((proof) =>
      proof.edges.map(
        ({ from, to, kind, place }) => `${from} → ${to} ${kind} ${String(place.line)}:${String(place.column)}`,
      ),
    );

  test('of a circle is each of its needs, where it is written', async () => {
    const [circle] = await findingsIn('graph/cycle');
    expect(circle && edges(circle)).toEqual([
      ['orders.up → stock.up hard 7:13', 'stock.up → prices.up hard 11:13', 'prices.up → orders.up hard 15:30'],
    ]);
  });

  test('of a recovery that does not work begins at the recovery, one for each', async () => {
    const [none] = await findingsIn('recovery/none');
    expect(none && edges(none)).toEqual([
      [
        'revert from the dashboard → dashboard.up recovery 9:52',
        'dashboard.up → login.up hard 17:13',
        'login.up → kv.up hard 13:13',
      ],
      ['roll back by CI → login.up recovery 10:42', 'login.up → kv.up hard 13:13'],
    ]);
  });

  test('of a cold start names caches and starts by what they are', async () => {
    const [blackStart] = await findingsIn('recovery/black-start');
    expect(blackStart && edges(blackStart)).toEqual([
      ['cluster.up → registry.up cached 11:13', 'registry.up → cluster.up start 7:13'],
    ]);
  });

  test('of a page that travels through what failed begins at the channel', async () => {
    const [self] = await findingsIn('page/self');
    expect(self && edges(self)).toEqual([['mail → smtp.up channel 3:111', 'smtp.up → network.up hard 12:13']]);
  });
});
