import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/**
 * Everything of ours that reads bytes or text which a target chose, and the test that throws anything at it. What
 * Node, OpenSSL, c-ares, undici or a client library reads is not ours.
 */
const PARSERS: Readonly<Record<string, string>> = {
  authorityChain: 'fulcio/hostile-bytes.property.test.ts',
  capture: 'flow/fill.property.test.ts',
  childFor: 'oci/parsers.property.test.ts',
  consulQuestions: 'dialogue/http-answers.property.test.ts',
  counterIn: 'hostile-text.property.test.ts',
  decodedMessage: 'hostile-text.property.test.ts',
  etcdQuestions: 'dialogue/http-answers.property.test.ts',
  extension: 'smtp/reply.property.test.ts',
  faultOf: 'hostile-text.property.test.ts',
  flagsOf: 'dns/flags.property.test.ts',
  Frames: 'postgres/frames.property.test.ts',
  grantedBy: 'oci/parsers.property.test.ts',
  healthAnswer: 'grpc/health-message.property.test.ts',
  infoOf: 'redis/resp.property.test.ts',
  isComplete: 'smtp/reply.property.test.ts',
  keepBody: 'hostile-text.property.test.ts',
  maskFor: 'net/mask.property.test.ts',
  mysql: 'sql/hostile-bytes.property.test.ts',
  nextHop: 'hostile-text.property.test.ts',
  parseAnswer: 'prometheus/answer.property.test.ts',
  parseChallenges: 'oci/parsers.property.test.ts',
  parseCheckpoint: 'transparency/tiles.property.test.ts',
  parseEntryBundle: 'transparency/tiles.property.test.ts',
  parseManifest: 'oci/parsers.property.test.ts',
  parsePluginOutput: 'exec/parsers.property.test.ts',
  parseReply: 'redis/resp.property.test.ts',
  parseReport: 'exec/parsers.property.test.ts',
  parseSignedNote: 'hostile-text.property.test.ts',
  parseSummary: 'ping/summary.property.test.ts',
  parseTargetJson: 'hostile-text.property.test.ts',
  postgres: 'sql/hostile-bytes.property.test.ts',
  postedOf: 'rekor/judge.property.test.ts',
  postedToTiles: 'rekor/judge.property.test.ts',
  readMetadata: 'tuf/hostile-bytes.property.test.ts',
  readTile: 'transparency/tiles.property.test.ts',
  retryAfterMs: 'hostile-text.property.test.ts',
  startTls: 'hostile-text.property.test.ts',
  treeHeadShape: 'fulcio/hostile-bytes.property.test.ts',
  valueAt: 'http/json-path.property.test.ts',
  websocket: 'websocket.integration.test.ts',
  whyRefused: 'tuf/hostile-bytes.property.test.ts',
  workersKvQuestions: 'dialogue/http-answers.property.test.ts',
};

/** Read what an operator wrote, on this host or in the configuration: no target chooses it. */
const OF_OPERATORS: readonly string[] = [
  'parseCapture',
  'parseHosts',
  'parseJson',
  'parseJsonPath',
  'parseNameServer',
  'parsePlace',
  'parseRedisUrl',
  'parseResolvConf',
  'parseTarget',
];

test.each(Object.entries(PARSERS))('%s is thrown anything at by %s', (name, file) => {
  const source = readFileSync(join(ROOT, 'test/probes', file), 'utf8');
  expect(source).toMatch(new RegExp(`\\b${name}\\b`));
  expect(source).toMatch(/\bfc\.assert\(/);
});

test('no parser is missing here', () => {
  const folder = join(ROOT, 'src/probes');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const named = files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/^export function (parse[A-Z]\w*|read[A-Z]\w*)\(/gm)].map(
      ([, name = '']) => name,
    ),
  );
  const known = [
    ...Object.keys(PARSERS),
    ...OF_OPERATORS,
    'readText',
    'readJson',
    'readBackFromTiles',
    'readBackOf',
    'readUntil',
  ];
  expect([...new Set(named)].filter((name) => !known.includes(name))).toEqual([]);
});
