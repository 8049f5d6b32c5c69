import type { ProbeKind } from '../ports/probe-kind.ts';
import { ANSWER, judgeHttp, REACH } from './http/judge.ts';
import { isRead, measureHttp } from './http/measure.ts';
import type { HttpMeasured } from './http/measured.ts';
import { httpOptions, looksInside, type HttpOptions } from './http/options.ts';
import { NETWORK_FACTS } from './net/fact-names.ts';

/** Asks a URL and holds the answer to what was expected. */
export const http: ProbeKind<HttpOptions, HttpMeasured> = {
  name: 'http',
  description:
    'Asks a URL on a fresh connection to each of its addresses and holds status, headers, body and time to what is ' +
    'expected. Judged by status alone it is shallow: it proves that something answers, not what.',
  example: `kind: http
url: https://pay.example/health
expect:
  status: 200
  json: { $.status: ok }
  maxLatency: 2s
`,
  schema: httpOptions,
  traits: {
    steps: [
      { name: REACH, kind: 'reach' },
      { name: ANSWER, kind: 'read' },
    ],
    facts: [...NETWORK_FACTS, 'httpVersion', 'server'],
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: ({ expect }) => looksInside(expect),
  shorthand: { example: 'https://pay.example/health', schemes: ['http', 'https'], options: (url) => ({ url }) },
  steps: (options) => [
    { name: REACH, kind: 'reach' },
    { name: ANSWER, kind: answerKind(options) },
  ],
  run: measureHttp,
  judge: (measured, options) => judgeHttp(measured, options, answerKind(options)),
  variables: { status: 'int', headers: 'map', body: 'string', json: 'dyn' },
};

function answerKind(options: HttpOptions): 'read' | 'write' {
  return isRead(options.method) ? 'read' : 'write';
}
