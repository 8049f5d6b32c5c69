import { z } from 'zod';
import { printable } from '../../ports/printable.ts';
import { readJson, type Dialect, type Read } from '../dialogue/http-answer.ts';
import type { HttpAnswer, HttpAsked } from '../dialogue/http-session.ts';
import { fails, held, type Question, type Verdict } from '../dialogue/question.ts';
import { ownFaultOf } from '../net/stopped.ts';
import { logKeyFromSpki } from '../transparency/log-key.ts';
import { authorityChain, type AuthorityChain } from './chain.ts';
import type { FulcioOptions } from './options.ts';
import { treeHeadShape, verifyTreeHead } from './tree-head.ts';

/** Asked of the authority itself, or of the log that it enters certificates in. */
export interface FulcioAsked extends HttpAsked {
  readonly of: 'authority' | 'ct log';
}

type FulcioQuestion = Question<FulcioAsked, HttpAnswer>;

/** The step whose answer holds the chains. */
export const TRUST_BUNDLE = 'trust bundle';

const FULCIO: Dialect = { product: 'Fulcio', classOf: () => undefined };
const CT_LOG: Dialect = { product: 'a certificate transparency log', classOf: () => 'dependency.ctlog' };

const healthShape = z.object({ status: z.string().max(100) });
const bundleShape = z.object({
  chains: z
    .array(z.object({ certificates: z.array(z.string().max(20_000)).min(1).max(10) }))
    .min(1)
    .max(20),
});
const configurationShape = z.object({
  issuers: z
    .array(z.object({ issuerUrl: z.string().max(1000).optional(), wildcardIssuerUrl: z.string().max(1000).optional() }))
    .max(1000)
    .default([]),
});

/** What a `fulcio` probe asks, in order; `at` is the run's start, for expiry. */
export function fulcioQuestions(options: FulcioOptions, at: number): readonly FulcioQuestion[] {
  const { issuer, ctLog } = options;
  return [
    health(),
    trustBundle(options, at),
    ...(issuer === undefined ? [] : [configuration(issuer)]),
    ...(ctLog === undefined ? [] : [treeHead(ctLog)]),
  ];
}

function health(): FulcioQuestion {
  return {
    step: 'health',
    kind: 'reach',
    ask: () => ({ of: 'authority', path: '/healthz' }),
    check(answer) {
      const read = readJson(answer, healthShape, FULCIO);
      if (!read.ok) return read.verdict;
      const { status } = read.value;
      if (status === 'SERVING') return held(status);
      const got = printable(status, 100);
      return fails('semantic.not_ready', `${answer.request}: expected SERVING, got ${got}`, {
        expected: 'SERVING',
        got,
      });
    },
  };
}

/** Every chain that consumers are told to trust must have a pinned key in it, and be signed down from its root. */
function trustBundle({ spki }: FulcioOptions, at: number): FulcioQuestion {
  return {
    step: TRUST_BUNDLE,
    kind: 'read',
    ask: () => ({ of: 'authority', path: '/api/v2/trustBundle' }),
    check(answer) {
      const read = chainsIn(answer);
      if (!read.ok) return read.verdict;
      for (const chain of read.value) {
        const verdict = chainVerdict(chain, spki, at, answer.request);
        if (!verdict.holds) return verdict;
      }
      return held(read.value.map(describeChain).join('; '));
    },
  };
}

function chainVerdict(chain: AuthorityChain, pins: readonly string[], at: number, request: string): Verdict {
  const { certificates, holdsTogether } = chain;
  const got = describeChain(chain);
  if (!certificates.some((certificate) => pins.includes(certificate.spki))) {
    const expected = `a chain with ${pins.join(' or ')}`;
    return fails('identity.key_mismatch', `${request}: expected ${expected}, got ${got}`, { expected, got });
  }
  if (!holdsTogether) {
    const expected = 'each certificate to be signed by the next, and the last by itself';
    return fails('integrity.signature_invalid', `${request}: expected ${expected}, got ${got}`, { expected, got });
  }
  const outside = certificates.find(({ notBefore, notAfter }) => at < notBefore || at > notAfter);
  if (outside === undefined) return held();
  const expected = 'certificates that are valid now';
  const span = `${new Date(outside.notBefore).toISOString()} to ${new Date(outside.notAfter).toISOString()}`;
  const message = `${request}: certificate of ${printable(outside.subject, 200)} is valid from ${span}`;
  return fails('tls.expired', message, { expected, got: span });
}

/** Consumers whose issuer is not listed get no certificate. Wildcards are matched as they are written. */
function configuration(wanted: readonly string[]): FulcioQuestion {
  return {
    step: 'issuer',
    kind: 'read',
    ask: () => ({ of: 'authority', path: '/api/v2/configuration' }),
    check(answer) {
      const read = readJson(answer, configurationShape, FULCIO);
      if (!read.ok) return read.verdict;
      const listed = read.value.issuers.map((one) => one.issuerUrl || one.wildcardIssuerUrl || '');
      const missing = wanted.filter((issuer) => !listed.includes(issuer));
      if (missing.length === 0) return held(wanted.join(', '));
      const expected = `issuer ${missing.join(', ')}`;
      const got = printable(listed.join(', '), 500) || 'no issuer';
      return fails('semantic.missing', `${answer.request}: expected ${expected}, got ${got}`, { expected, got });
    },
  };
}

/** Without its log the authority issues nothing, and says so only to those who ask for a certificate. */
function treeHead({ publicKey }: NonNullable<FulcioOptions['ctLog']>): FulcioQuestion {
  return {
    step: 'ct log',
    kind: 'read',
    ask: () => ({ of: 'ct log', path: '/ct/v1/get-sth' }),
    check(answer) {
      const read = readJson(answer, treeHeadShape, CT_LOG);
      if (!read.ok) return read.verdict;
      const { tree_size: size, timestamp } = read.value;
      // `Date` ends where a number of milliseconds does not.
      const got = `size ${size} at ${timestamp <= MAX_TIME_MS ? new Date(timestamp).toISOString() : timestamp}`;
      switch (verifyTreeHead(read.value, keyOf(publicKey))) {
        case 'verified':
          return held(got);
        case 'malformed': {
          const message = `${answer.request}: the tree head's root or signature cannot be read`;
          return fails('protocol.malformed', message, { expected: 'a signed tree head (RFC 6962 §4.3)', got });
        }
        case 'not by this key': {
          const message = `${answer.request}: the tree head (${got}) is not signed by the pinned key`;
          return fails('identity.key_mismatch', message, { expected: 'a signature by the pinned key', got });
        }
      }
    },
  };
}

const MAX_TIME_MS = 8_640_000_000_000_000;

function keyOf(spki: string) {
  const key = logKeyFromSpki(Buffer.from(spki, 'base64'));
  if (!key.ok) throw new Error(`a pinned key passed the schema, but is ${key.reason}`);
  return key.value;
}

/** The chains that an answer holds. */
export function chainsIn(answer: HttpAnswer): Read<readonly AuthorityChain[]> {
  const read = readJson(answer, bundleShape, FULCIO);
  if (!read.ok) return read;
  const chains: AuthorityChain[] = [];
  for (const { certificates } of read.value.chains) {
    const chain = authorityChain(certificates);
    if (!chain.ok) {
      const message = `${answer.request}: a chain of the trust bundle cannot be read: ${chain.reason}`;
      const verdict = fails('protocol.malformed', message, { expected: 'certificates in PEM', got: chain.reason });
      return { ok: false, verdict };
    }
    chains.push(chain.value);
  }
  return { ok: true, value: chains };
}

function describeChain({ certificates }: AuthorityChain): string {
  return certificates.map(({ subject, spki }) => `${printable(subject, 100)} (${spki})`).join(' by ');
}

/** An answer of the log as the authority's dependents feel it: who cannot reach the log cannot issue. */
export function asDependency(answer: HttpAnswer): HttpAnswer {
  const { stopped } = answer;
  if (stopped === undefined || ownFaultOf(stopped) !== undefined) return answer;
  return { ...answer, stopped: { ...stopped, at: 'protocol', class: 'dependency.ctlog' } };
}
