import { printable } from '../ports/printable.ts';

const COLOURS: Readonly<Record<string, string>> = { warn: '33', error: '31', fatal: '31', debug: '2', trace: '2' };

/**
 * A line of the JSON log as a person reads it: `03:12:04.000 WARN  delivery failed  channel=oncall ms=12`.
 * Values come from targets, too, and are escaped; a line that is no JSON object comes back printable.
 */
export function readableLine(line: string, colour: boolean): string {
  const { time, level, msg, ...fields } = parsed(line);
  const word = typeof level === 'string' ? level : 'info';
  const sgr = colour ? COLOURS[word] : undefined;
  const label = word.toUpperCase().padEnd(5);
  const shown = Object.entries(fields).map(([name, value]) => `${printable(name, 100)}=${shownValue(value)}`);
  return [
    typeof time === 'string' ? printable(time.slice(11, 23), 30) : '-',
    sgr === undefined ? label : `\u001b[${sgr}m${label}\u001b[0m`,
    [printable(typeof msg === 'string' ? msg : '', 500), ...(shown.length === 0 ? [] : [` ${shown.join(' ')}`])].join(
      ' ',
    ),
  ]
    .join(' ')
    .concat('\n');
}

function parsed(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : { msg: line.trim() };
  } catch {
    return { msg: line.trim() };
  }
}

/** Words as they are, everything else as JSON. */
function shownValue(value: unknown): string {
  if (typeof value === 'string' && /^[\w./:@-]+$/.test(value)) return value;
  return printable(JSON.stringify(value), 600);
}
