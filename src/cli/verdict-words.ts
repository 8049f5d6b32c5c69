import type { Verdict } from '../core/replay/expectation.ts';
import { paint } from './terminal.ts';
import type { Terminal } from './terminal.ts';

type Verdicts = readonly Verdict[] | undefined;

/** Whether every expectation holds, whatever nobody knows; where nothing is expected, all is well. */
export function allHold(verdicts: Verdicts): boolean {
  return (verdicts ?? []).every(({ verdict }) => verdict === 'holds');
}

/** What became of the expectations, as `replay --assert --json` adds it. */
export function verdictsJson(verdicts: Verdicts): object {
  if (verdicts === undefined) return {};
  return {
    expectations: verdicts.map(({ expectation: { text, place }, verdict, got }) => {
      return { expected: text, verdict, got, file: place.file, line: place.line, column: place.column };
    }),
  };
}

/** The same for a person, each with its place. */
export function verdictsText(verdicts: Verdicts, terminal: Terminal): string {
  if (verdicts === undefined) return '';
  const lines = verdicts.map(({ expectation: { text, place }, verdict, got }) => {
    if (verdict === 'holds') return `  ${paint(terminal, 'green', 'holds')}  ${text}`;
    const word = verdict === 'fails' ? paint(terminal, 'red', 'FAILS') : paint(terminal, 'yellow', 'open ');
    return `  ${word}  ${text}\n         ${place.file}:${String(place.line)}:${String(place.column)}: ${got}`;
  });
  return `\nexpected\n${lines.join('\n')}\n`;
}
