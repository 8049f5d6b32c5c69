import type { Facts, Warning } from '../model/run.ts';
import type { ProbeKind, RunContext } from '../ports/probe-kind.ts';
import { converse, type Session } from './dialogue/converse.ts';
import { httpEvidence } from './dialogue/http-answer.ts';
import { httpSession, type HttpAnswer } from './dialogue/http-session.ts';
import { judgeDialogue, stepsOf } from './dialogue/judge-dialogue.ts';
import type { DialogueMeasured } from './dialogue/measured.ts';
import type { Known } from './dialogue/question.ts';
import { askCtLog } from './fulcio/ask-ct-log.ts';
import { fulcioOptions, type FulcioOptions } from './fulcio/options.ts';
import { chainsIn, fulcioQuestions, TRUST_BUNDLE, type FulcioAsked } from './fulcio/questions.ts';
import { expiryWarnings } from './judging/expiry.ts';
import { maskFor } from './net/mask.ts';
import { hostOf } from './net/urls.ts';
import { NETWORK_FACTS } from './net/fact-names.ts';

/** What a run of a `fulcio` probe brought home. */
export type FulcioMeasured = DialogueMeasured<HttpAnswer>;

const EXAMPLE_KEY = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2G2Y+2tabdTV5BcGiBIx0a9fAFwr
kBbmLSGtks4L3qX6yYY0zufBnhC8Ur/iy55GhWP/9A/bY2LhC30M9+RYtw==
-----END PUBLIC KEY-----
`;
const EVERYTHING = {
  url: 'http://a.example',
  spki: 'sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
  issuer: 'a',
  ctLog: { url: 'http://b.example', publicKey: EXAMPLE_KEY },
};

/** A Fulcio certificate authority, as far as reading tells. */
export const fulcio: ProbeKind<FulcioOptions, FulcioMeasured> = {
  name: 'fulcio',
  description:
    'A Fulcio certificate authority, without asking for a certificate: it serves, every chain of its trust bundle has ' +
    'a pinned key and does not end soon, our issuers are among those it accepts, and the certificate transparency log ' +
    'that it depends on gives a tree head signed by a pinned key.',
  example: `kind: fulcio
url: https://fulcio.corp.example
spki: sha256/hcFTyl0NHKJTKzRQWkIxHVrc+1+ZlcXCGbWT0qAO5hE=
issuer: https://login.corp.example
ctLog:
  url: https://ct.corp.example/authority
  publicKey: |
${EXAMPLE_KEY.replace(/^(?=.)/gm, '    ')}`,
  schema: fulcioOptions,
  traits: {
    steps: stepsOf(fulcioQuestions(fulcioOptions.parse(EVERYTHING), 0)),
    facts: [...NETWORK_FACTS, 'authorityKeys'],
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: () => true,
  steps: (options) => stepsOf(fulcioQuestions(options, 0)),
  run,
  judge: (measured, options) =>
    judgeDialogue(measured, fulcioQuestions(options, measured.startedAt), {
      ...(options.url.startsWith('https:') && { minDaysLeft: options.tls.minDaysLeft }),
      warnings: (known) => warningsOf(known, options, measured.startedAt),
      evidence: httpEvidence,
    }),
};

async function run(options: FulcioOptions, context: RunContext): Promise<FulcioMeasured> {
  const mask = maskFor(options);
  const { url, tls } = options;
  const ctLog = askCtLog(options, context);
  const { measured, known } = await converse(
    {
      host: hostOf(new URL(url)),
      lookup: options,
      questions: fulcioQuestions(options, context.startedAt),
      session(address) {
        const authority = httpSession({ url, address, headers: {}, tls, mask }, context);
        const ask = (asked: FulcioAsked) => (asked.of === 'ct log' ? ctLog(asked) : authority.ask(asked));
        return withAsk(authority, ask);
      },
    },
    context,
  );
  return { ...measured, facts: { ...measured.facts, ...authorityFacts(known) } };
}

function withAsk(
  session: Session<FulcioAsked, HttpAnswer>,
  ask: (asked: FulcioAsked) => Promise<HttpAnswer>,
): Session<FulcioAsked, HttpAnswer> {
  return {
    ask,
    masked: session.masked,
    close: session.close,
    get phases() {
      return session.phases;
    },
    get tls() {
      return session.tls;
    },
  };
}

/** The keys of the authorities, so that a new one is recorded even where it is among the pinned. */
function authorityFacts(known: Known<HttpAnswer>): Facts {
  const answer = known.get(TRUST_BUNDLE);
  const read = answer && chainsIn(answer);
  if (read?.ok !== true) return {};
  const keys = read.value.flatMap(({ certificates }) => certificates.map(({ spki }) => spki));
  return { authorityKeys: [...new Set(keys)].sort() };
}

function warningsOf(known: Known<HttpAnswer>, options: FulcioOptions, at: number): readonly Warning[] {
  const answer = known.get(TRUST_BUNDLE);
  const read = answer && chainsIn(answer);
  if (read?.ok !== true) return [];
  const all = read.value.flatMap(({ certificates }) => certificates);
  const distinct = [...new Map(all.map((one) => [`${one.spki} ${one.notAfter}`, one])).values()];
  return expiryWarnings(distinct, options.minDaysLeft, at);
}
