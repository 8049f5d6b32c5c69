/*
 * tocsin replay [--data DIR | --window FILE] [--from T] [--to T] [--rules PATH…] [--assert FILE] [--config PATH…] [--json]
 *
 *   tocsin replay --data /var/lib/tocsin
 *   tocsin replay --from 2026-01-31T09:00:00Z --to 2026-01-31T12:00:00Z
 *   tocsin replay --rules stricter/
 *   tocsin replay --rules stricter/ --assert expectations.yaml
 *
 * Reads only, also beside a running daemon. Decides every entry of the log again and compares decision by
 * decision with what was decided then; shows the first difference. With --rules: judges what was measured by
 * another configuration, and says which pages it would have added, removed, sent earlier or later, and what the
 * log cannot tell. With --assert: whether the pages are as a file of expectations says, for a team's pipeline.
 * Exit 0: the same, or as expected · 2: nothing to replay, or mistakes in a file · 4: differs.
 */
import type { Command } from 'commander';
import { expectationsOf } from '../../app/replay/read-expectations.ts';
import type { History, Span } from '../../app/replay/history.ts';
import { readRules } from '../../app/replay/read-rules.ts';
import { replay } from '../../app/replay/replay.ts';
import { replayedJson } from '../../app/replay/replayed-json.ts';
import { isSame, whatIfJson } from '../../app/replay/what-if-json.ts';
import { whatIf } from '../../app/replay/what-if.ts';
import { holdAgainst } from '../../core/replay/expectation.ts';
import type { Held } from '../../core/replay/expectation.ts';
import { historyOf, withHistory } from '../history-options.ts';
import type { HistoryOptions } from '../history-options.ts';
import { moment, refuse } from '../options.ts';
import { replayedText } from '../replay-words.ts';
import { Exit, printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { allHold, verdictsJson, verdictsText } from '../verdict-words.ts';
import { whatIfText } from '../what-if-words.ts';

interface Options extends HistoryOptions {
  readonly from?: number;
  readonly to?: number;
  readonly rules?: readonly string[];
  readonly assert?: string;
  readonly json?: boolean;
}

export function replayVerb(program: Command, terminal: Terminal): void {
  withHistory(program.command('replay'))
    .description('decides a log again: as it was, or under other rules')
    .option('--from <time>', 'from this moment on: ISO 8601, or 2h for two hours ago', moment)
    .option('--to <time>', 'up to this moment', moment)
    .option('--rules <path...>', 'another configuration: what would it have changed?')
    .option('--assert <file>', 'expectations that must hold: tests of your rules')
    .option('--json', 'the answer as JSON')
    .action(async (options: Options) => {
      await using history = await historyOf(options, terminal);
      const { from, to, rules } = options;
      const span = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
      const asserted = await assertedBy(options, terminal);
      const isGood =
        rules === undefined
          ? await asItWas(history, span, options, asserted, terminal)
          : await underRules(history, span, rules, options, asserted, terminal);
      if (!isGood) throw new Exit(4);
    });
}

/** Whether everything is as it should be: the same, or where something is expected, as expected. */
async function asItWas(history: History, span: Span, { json }: Options, asserted: Asserted, terminal: Terminal) {
  const replayed = await replay(history, span);
  const { pages, incidents, to, same } = replayed;
  const verdicts = asserted?.hold({ was: pages, ways: [pages], incidents, to });
  if (json === true) printJson(terminal, { ...replayedJson(replayed), ...verdictsJson(verdicts) });
  else terminal.out(replayedText(replayed) + verdictsText(verdicts, terminal));
  return same && allHold(verdicts);
}

async function underRules(
  history: History,
  span: Span,
  paths: readonly string[],
  { json }: Options,
  asserted: Asserted,
  terminal: Terminal,
): Promise<boolean> {
  const read = await readRules(paths, terminal.env);
  if (read.kind === 'refused') refuse(terminal, read.diagnostics, read.sources);
  const replayed = await whatIf(history, read.rules, span);
  const { was, now, nowIfFailed, incidents } = replayed.answer;
  const verdicts = asserted?.hold({ was, ways: [now, nowIfFailed], incidents, to: replayed.to });
  if (json === true) printJson(terminal, { ...whatIfJson(replayed), ...verdictsJson(verdicts) });
  else terminal.out(whatIfText(replayed) + verdictsText(verdicts, terminal));
  return verdicts === undefined ? isSame(replayed) : allHold(verdicts);
}

/** The expectations that were given, if any; mistakes in them end with 2. */
async function assertedBy({ assert: file }: Options, terminal: Terminal) {
  if (file === undefined) return undefined;
  const { read, text } = await expectationsOf(file);
  if (!read.ok) refuse(terminal, read.diagnostics, [{ file, text }]);
  return { hold: (held: Held) => holdAgainst(read.expectations, held) };
}

type Asserted = Awaited<ReturnType<typeof assertedBy>>;
