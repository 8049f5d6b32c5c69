import type { Diagnostic } from '../../model/configuration.ts';

const COMMANDS = { error: 'error', warning: 'warning', info: 'notice' } as const;

/**
 * Findings as GitHub workflow commands, one a line, so that a pull request shows each in place. Columns are given
 * only within one line: GitHub refuses them otherwise.
 */
export function annotations(findings: readonly Diagnostic[]): string {
  return findings.map(annotation).join('');
}

function annotation({ code, severity, message, place, help }: Diagnostic): string {
  const columns =
    place !== undefined && place.line === place.endLine
      ? { col: place.column, endColumn: Math.max(place.column, place.endColumn - 1) }
      : {};
  const where = place === undefined ? {} : { file: place.file, line: place.line, endLine: place.endLine, ...columns };
  const properties = Object.entries({ ...where, title: code }).map(
    ([key, value]) => `${key}=${escapedProperty(value)}`,
  );
  const text = help === undefined ? message : `${message}\n${help}`;
  return `::${COMMANDS[severity]} ${properties.join(',')}::${escaped(text)}\n`;
}

/** A line that a file brought along must not begin a command of its own, nor steer the terminal that shows the log. */
function escaped(text: string): string {
  return text
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A')
    .replaceAll(/\p{Cc}/gu, '\ufffd');
}

function escapedProperty(value: string | number): string {
  return escaped(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
