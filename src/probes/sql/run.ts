import { randomUUID } from 'node:crypto';
import type { Judgement } from '../../model/run.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { converse } from '../dialogue/converse.ts';
import { judgeDialogue } from '../dialogue/judge-dialogue.ts';
import type { DialogueMeasured } from '../dialogue/measured.ts';
import { maskFor } from '../net/mask.ts';
import type { SqlAnswer } from './answer.ts';
import type { SqlOptions } from './options.ts';
import { placeOf, type PlaceRules } from './place.ts';
import { sqlFacts, sqlQuestions, sqlVariables, type SqlDialect } from './questions.ts';
import { sqlSession, type MakeClient } from './session.ts';

/** What a run of a kind that speaks SQL brought home. */
export type SqlMeasured = DialogueMeasured<SqlAnswer>;

/** A product that speaks SQL: what its URLs and statements look like, and how to talk to it. */
export interface SqlProduct {
  readonly rules: PlaceRules;
  readonly dialect: SqlDialect;
  /** Loaded by the first run: reading a configuration needs no client. */
  readonly client: () => Promise<MakeClient>;
}

/** One run: a login at each address, what is to be read there, and the canary at the first that held. */
export async function runSql(product: SqlProduct, options: SqlOptions, context: RunContext): Promise<SqlMeasured> {
  const place = placeOf(options.url, product.rules);
  const tls = options.tls ?? (place.encrypted === true ? { minDaysLeft: DEFAULT_MIN_DAYS_LEFT } : undefined);
  const mask = maskFor(options, [place.password]);
  const client = await product.client();
  const { measured, known } = await converse(
    {
      host: place.host,
      lookup: options,
      questions: sqlQuestions(options, product.dialect, randomUUID()),
      session: (address) =>
        sqlSession({ product: product.dialect.product, place, address, tls, mask }, client, context),
    },
    context,
  );
  return { ...measured, facts: { ...measured.facts, ...sqlFacts(known, product.dialect) } };
}

const DEFAULT_MIN_DAYS_LEFT = 14;

/** What a measurement amounts to. Pure. */
export function judgeSql({ dialect }: SqlProduct, measured: SqlMeasured, options: SqlOptions): Judgement {
  return judgeDialogue(measured, sqlQuestions(options, dialect), {
    minDaysLeft: options.tls?.minDaysLeft ?? DEFAULT_MIN_DAYS_LEFT,
    variables: (known) => sqlVariables(known, dialect),
    evidence: ({ error, rowCount, columns, rows }) => ({
      ...(error !== undefined && { error }),
      ...(rowCount !== undefined && { rowCount }),
      ...(columns !== undefined && { columns }),
      ...(rows !== undefined && { rows }),
    }),
  });
}
