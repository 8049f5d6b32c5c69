import type { FailureClass } from '../../model/failure.ts';
import type { Facts } from '../../model/run.ts';
import { printable } from '../../ports/printable.ts';
import { fails, held, type Known, type Question, type Verdict } from '../dialogue/question.ts';
import { firstValue, type SqlAnswer, type SqlAsked } from './answer.ts';
import type { SqlOptions } from './options.ts';

/** What a server says about itself. */
export interface Standing {
  readonly version: string;
  /** `primary`: takes writes. */
  readonly role: 'primary' | 'replica';
  /** How far behind a replica is; null where nobody can tell. Absent on a primary, or where it was not asked. */
  readonly lagMs?: number | null;
}

/** What differs from product to product. */
export interface SqlDialect {
  readonly product: string;
  readonly table: (name: string) => string;
  readonly identity: (table: string) => string;
  readonly standing: string;
  readonly standingOf: (answer: SqlAnswer) => Standing | undefined;
  /** Asked after `standing`, where lag is of interest and `standing` does not say it. */
  readonly replication?: string;
  readonly lagOf?: (answer: SqlAnswer) => number | null | undefined;
  /** Takes a name and a value. */
  readonly put: (table: string) => string;
  readonly get: (table: string) => string;
  /** Takes a name; takes away also what was left an hour ago. */
  readonly remove: (table: string) => string;
  /** Undefined where the code says nothing that is known. */
  readonly classOf: (code: string) => FailureClass | undefined;
}

type SqlQuestion = Question<SqlAsked, SqlAnswer>;

/** Begins the name of every canary row, so that its leftovers can be told from everything else; see `remove`. */
const CANARY_PREFIX = 'tocsin/canary:';

/** The steps of a run in order. `nonce` names this run's canary; judging needs none. */
export function sqlQuestions(options: SqlOptions, dialect: SqlDialect, nonce = ''): readonly SqlQuestion[] {
  const wantsLag = options.expect.maxLag !== undefined && dialect.replication !== undefined;
  return [
    {
      step: 'login',
      kind: 'reach',
      ask: () => ({ kind: 'login' }),
      check: (answer) => noError(answer, 'login', dialect),
    },
    ...(options.identity === undefined ? [] : [identityQuestion(options, options.identity, dialect)]),
    standingQuestion(options, dialect),
    ...(wantsLag ? [replicationQuestion(options, dialect)] : []),
    queryQuestion(options, dialect),
    ...(options.write ? canaryQuestions(options, dialect, nonce) : []),
  ];
}

function identityQuestion(
  { table }: SqlOptions,
  identity: NonNullable<SqlOptions['identity']>,
  dialect: SqlDialect,
): SqlQuestion {
  const { key, value } = identity;
  return {
    step: 'identity',
    kind: 'read',
    ask: () => ({ kind: 'statement', sql: dialect.identity(dialect.table(table)), values: [key] }),
    check(answer) {
      const error = noError(answer, 'identity', dialect);
      if (!error.holds) return error;
      const got = firstValue(answer);
      if (got === value) return held(value);
      const expected = `${key} to be ${printable(value, 200)}`;
      if (got === undefined) return wrong('semantic.missing', dialect, expected, `no row named ${key} in ${table}`);
      return wrong('identity.environment_mismatch', dialect, expected, printable(JSON.stringify(got), 200));
    },
  };
}

function standingQuestion({ expect }: SqlOptions, dialect: SqlDialect): SqlQuestion {
  const matters = expect.role !== undefined || expect.maxLag !== undefined;
  return {
    step: 'standing',
    kind: 'read',
    ask: () => ({ kind: 'statement', sql: dialect.standing, values: [] }),
    check(answer) {
      const standing = dialect.standingOf(answer);
      // A server that only speaks the protocol may know nothing of this, and nobody asked.
      if (!matters) return held(standing?.role);
      const error = noError(answer, 'standing', dialect);
      if (!error.holds) return error;
      if (standing === undefined) return wrong('protocol.malformed', dialect, 'its role', 'something else');
      if (expect.role !== undefined && standing.role !== expect.role) {
        const failureClass = expect.role === 'primary' ? 'semantic.read_only' : 'semantic.wrong_value';
        return wrong(failureClass, dialect, `a ${expect.role}`, `a ${standing.role}`);
      }
      return dialect.replication === undefined
        ? lagVerdict(standing.lagMs, expect.maxLag, dialect)
        : held(standing.role);
    },
  };
}

function replicationQuestion({ expect }: SqlOptions, dialect: SqlDialect): SqlQuestion {
  return {
    step: 'replication',
    kind: 'read',
    ask: () => ({ kind: 'statement', sql: dialect.replication ?? '', values: [] }),
    check(answer) {
      const error = noError(answer, 'replication', dialect);
      return error.holds ? lagVerdict(dialect.lagOf?.(answer), expect.maxLag, dialect) : error;
    },
  };
}

function lagVerdict(lagMs: number | null | undefined, maxLag: number | undefined, dialect: SqlDialect): Verdict {
  if (maxLag === undefined || lagMs === undefined) return held();
  if (lagMs !== null && lagMs <= maxLag) return held(`${lagMs} ms behind`);
  const got = lagMs === null ? 'a replica that does not know how far it is behind' : `${lagMs} ms`;
  return wrong('freshness.stale_read', dialect, `at most ${maxLag} ms behind`, got);
}

function queryQuestion({ query, expect }: SqlOptions, dialect: SqlDialect): SqlQuestion {
  return {
    step: 'query',
    kind: 'read',
    ask: () => ({ kind: 'query', sql: query }),
    check(answer) {
      const error = noError(answer, 'query', dialect);
      if (!error.holds) return error;
      const count = answer.rowCount ?? 0;
      if (expect.rows !== undefined && count !== expect.rows) {
        const failureClass = count === 0 ? 'semantic.missing' : 'semantic.wrong_value';
        return wrong(failureClass, dialect, `${expect.rows} rows`, `${count} rows`);
      }
      const got = firstValue(answer);
      if (expect.value === undefined || got === expect.value) return held(`${count} rows`);
      const expected = `the value ${JSON.stringify(expect.value)}`;
      if (got === undefined) return wrong('semantic.missing', dialect, expected, 'no row');
      return wrong('semantic.wrong_value', dialect, expected, printable(JSON.stringify(got), 200));
    },
  };
}

/** Three statements, each committed by itself: what a consumer's write goes through, replication included. */
function canaryQuestions({ table }: SqlOptions, dialect: SqlDialect, nonce: string): readonly SqlQuestion[] {
  const name = `${CANARY_PREFIX}${nonce}`;
  const quoted = dialect.table(table);
  const statement = (sql: string, ...values: string[]) => ({ kind: 'statement', sql, values }) as const;
  return [
    {
      step: 'write',
      kind: 'write',
      ask: () => statement(dialect.put(quoted), name, nonce),
      check: (answer) => noError(answer, 'write', dialect),
    },
    {
      step: 'read-back',
      kind: 'write',
      ask: () => statement(dialect.get(quoted), name),
      check(answer, known) {
        const error = noError(answer, 'read-back', dialect);
        if (!error.holds) return error;
        const wrote = known.get('write')?.sent?.[1];
        const got = firstValue(answer);
        if (got === wrote) return held();
        const expected = `the row that was just written, ${wrote}`;
        if (got === undefined) return wrong('semantic.canary_missing', dialect, expected, 'no row');
        return wrong('semantic.wrong_value', dialect, expected, printable(JSON.stringify(got), 200));
      },
    },
    {
      step: 'clean-up',
      kind: 'write',
      cleanup: true,
      ask: (known) => (known.get('write')?.error === undefined ? statement(dialect.remove(quoted), name) : undefined),
      check: (answer) => noError(answer, 'clean-up', dialect),
    },
  ];
}

/** The facts that a login and a standing give. */
export function sqlFacts(known: Known<SqlAnswer>, dialect: SqlDialect): Facts {
  const answer = known.get('standing');
  const standing = answer && dialect.standingOf(answer);
  return standing === undefined ? {} : { version: standing.version.slice(0, 100), role: standing.role };
}

/** What assertions see. */
export function sqlVariables(known: Known<SqlAnswer>, dialect: SqlDialect): Readonly<Record<string, unknown>> {
  const query = known.get('query');
  const [standing, replication] = [known.get('standing'), known.get('replication')];
  const lagMs = replication ? dialect.lagOf?.(replication) : standing && dialect.standingOf(standing)?.lagMs;
  const value = query && firstValue(query);
  return {
    ...(value !== undefined && { value }),
    ...(query?.rowCount !== undefined && { rows: query.rowCount }),
    ...(typeof lagMs === 'number' && { lagMs }),
  };
}

const AT_STEP: Readonly<Record<string, FailureClass>> = {
  login: 'semantic.not_ready',
  write: 'semantic.write_refused',
  'read-back': 'semantic.write_refused',
  'clean-up': 'semantic.write_refused',
};

function noError({ error }: SqlAnswer, step: string, dialect: SqlDialect): Verdict {
  if (error === undefined) return held();
  const failureClass = dialect.classOf(error.code) ?? AT_STEP[step] ?? 'semantic.read_path_broken';
  const got = `error ${error.code}: ${printable(error.message, 200)}`;
  return fails(failureClass, `${dialect.product}, ${step}: answered ${got}`, { expected: 'no error', got });
}

function wrong(failureClass: FailureClass, dialect: SqlDialect, expected: string, got: string): Verdict {
  return fails(failureClass, `${dialect.product}: expected ${expected}, got ${got}`, { expected, got });
}
