import { printable } from '../app/printable.ts';
import type { ProbedOnce } from '../app/probe-once.ts';
import type { FactValue, Json, Step } from '../model/run.ts';
import { paint } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** What one value of a transcript may take of it; all of it is in `--json`. */
const MAX_VALUE = 1000;
const MAX_SEEN = 400;
/** Evidence that stands elsewhere in the transcript. */
const TOLD: ReadonlySet<string> = new Set(['step', 'address', 'expected', 'got']);

/**
 * One run, told to a person: the verdict and why, each step and what was compared with what, and what else the run
 * saw. What is longer than a line of the terminal goes on below, indented.
 */
export function transcript(terminal: Terminal, run: ProbedOnce): string {
  const { judged, measured } = run;
  const line = (label: string, text: string): string =>
    wrapped(terminal, label, text, { first: 10, rest: 10, colour: label === 'warning' ? 'yellow' : 'dim' });
  const phases = Object.entries(measured.phases ?? {}).map(([name, ms]) => `${name} ${Number(ms).toFixed(1)} ms`);
  const why = `${judged.class ?? ''}: ${judged.message ?? ''}`;
  return [
    headline(terminal, run),
    ...(judged.class === undefined ? [] : [wrapped(terminal, '', why, { first: 2, rest: 4, colour: 'red' })]),
    ...judged.steps.map((step) => stepLines(terminal, step)),
    ...(judged.against.length === 0 || isAdHoc(run) ? [] : [line('against', judged.against.join(', '))]),
    ...(phases.length === 0 ? [] : [line('phases', phases.join(', '))]),
    ...Object.entries(measured.facts).map(([name, fact]) => line('fact', `${name} = ${factText(fact)}`)),
    ...Object.entries(judged.evidence ?? {}).map(([name, seen]) =>
      seen === undefined || TOLD.has(name) ? '' : line('saw', `${name} = ${printable(asText(seen), MAX_SEEN)}`),
    ),
    ...judged.warnings.map((warning) => line('warning', `${warning.class}: ${warning.message}`)),
  ].join('');
}

/** A probe that stands in no configuration proves nothing for anybody. */
function isAdHoc({ probe }: ProbedOnce): boolean {
  return probe.startsWith('ad-hoc/');
}

function headline(terminal: Terminal, { judged, probe, durationMs, measured }: ProbedOnce): string {
  const mark = {
    pass: paint(terminal, 'green', '● pass'),
    fail: paint(terminal, 'red', '■ fail'),
    unknown: paint(terminal, 'yellow', '◌ unknown'),
  }[judged.outcome];
  const address = measured.address === undefined ? '' : `  ${measured.address}`;
  return `${mark}  ${paint(terminal, 'bold', probe)}  ${durationMs.toFixed(1)} ms${address}\n`;
}

const COMPARED: Layout = { before: 6, first: 16, rest: 16, colour: 'dim' };

function stepLines(terminal: Terminal, step: Step): string {
  const mark = {
    pass: paint(terminal, 'green', '✓'),
    fail: paint(terminal, 'red', '✗'),
    skipped: paint(terminal, 'dim', '–'),
  }[step.outcome];
  const time = step.outcome === 'skipped' ? 'not tried' : `${step.ms.toFixed(1)} ms`;
  const head = `  ${mark} ${step.name} ${paint(terminal, 'dim', `(${step.kind}, ${time})`)}\n`;
  // What a step found is worth a line where it passed too; what it expected then goes without saying.
  const expected = step.outcome === 'pass' || step.expected === undefined ? '' : step.expected;
  return [
    head,
    expected === '' ? '' : wrapped(terminal, 'expected', expected, COMPARED),
    step.got === undefined ? '' : wrapped(terminal, 'got', step.got, COMPARED),
  ].join('');
}

function asText(seen: Json): string {
  return typeof seen === 'string' ? seen.trim() : JSON.stringify(seen);
}

function factText(fact: FactValue): string {
  return Array.isArray(fact) ? fact.join(', ') || '(none)' : String(fact);
}

/** Where a text begins, where it goes on below, and the colour of what comes first. */
interface Layout {
  /** Columns before its label. */
  readonly before?: number;
  readonly first: number;
  readonly rest: number;
  readonly colour: Parameters<typeof paint>[1];
}

/** A label and its text, which goes on below where the line is full. A longer word stays whole: URLs are to be copied. */
function wrapped(terminal: Terminal, label: string, text: string, layout: Layout): string {
  const { before = 2, first, rest, colour } = layout;
  const room = Math.max(20, terminal.columns - Math.max(first, rest));
  const words = printable(text, MAX_VALUE).split(' ');
  const lines: string[] = [''];
  for (const word of words) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  const [head = '', ...below] = lines;
  const lead = `${' '.repeat(before)}${paint(terminal, colour, label)}${' '.repeat(Math.max(0, first - before - label.length))}`;
  const opening = label === '' ? `${lead}${paint(terminal, colour, head)}` : `${lead}${head}`;
  return [opening, ...below.map((each) => ' '.repeat(rest) + each)].map((each) => `${each}\n`).join('');
}
