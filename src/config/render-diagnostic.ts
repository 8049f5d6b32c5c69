import type { Diagnostic, Place } from '../model/configuration.ts';

/** How to print. */
export interface RenderOptions {
  /** ANSI colours; only for a terminal. */
  readonly colour: boolean;
  /** Columns of the terminal; 80 where absent. */
  readonly width?: number;
  /** Places whose text must not be shown: those of `secret/inline` findings. */
  readonly secrets?: readonly Place[];
}

const SHOWN_SECRET = '<secret>';
const COLOURS = { error: '31', warning: '33', info: '36', dim: '2', bold: '1', help: '32' } as const;

/**
 * One diagnostic as text for a terminal:
 *
 * ```
 * team.yaml:12:9: error config/unknown-capability: kms has no capability sgin
 *    |
 * 12 |         - kms.sgin
 *    |           ^^^^^^^^
 *    = help: did you mean kms.sign?
 * ```
 *
 * Lines longer than the terminal are cut around the place. What is secret is not shown.
 */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  sourceText: string | undefined,
  options: RenderOptions,
): string {
  const { place, severity, code, message, path, help } = diagnostic;
  const paint = painter(options.colour);
  const where = place === undefined ? '' : `${place.file}:${place.line}:${place.column}: `;
  const head = `${paint('bold', printable(where))}${paint(severity, severity)} ${paint('dim', code)}: ${printable(message)}`;
  const gutter = ' '.repeat(String(place?.line ?? 0).length);
  const frame =
    place === undefined || sourceText === undefined ? [] : codeFrame(diagnostic, place, sourceText, options);
  const notes = [
    ...(path === undefined || path.length === 0 ? [] : [`${gutter} = ${paint('dim', 'path:')} ${path.join(' → ')}`]),
    ...(help === undefined ? [] : [`${gutter} = ${paint('help', 'help:')} ${printable(help)}`]),
  ];
  return [head, ...frame, ...notes].join('\n');
}

/** All diagnostics, each with the frame from its own source; secrets that were found in them are hidden in all. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: readonly { readonly file: string; readonly text: string }[],
  options: RenderOptions,
): string {
  const texts = new Map(sources.map(({ file, text }) => [file, text]));
  const secrets = diagnostics.flatMap(({ code, place }) =>
    code === 'secret/inline' && place !== undefined ? [place] : [],
  );
  return diagnostics
    .map((diagnostic) => renderDiagnostic(diagnostic, texts.get(diagnostic.place?.file ?? ''), { ...options, secrets }))
    .join('\n\n');
}

function codeFrame(diagnostic: Diagnostic, place: Place, text: string, options: RenderOptions): readonly string[] {
  const written = text.split('\n', place.line)[place.line - 1]?.replace(/\r$/, '');
  if (written === undefined || written.trim() === '') return [];
  const paint = painter(options.colour);
  const number = String(place.line);
  const gutter = ' '.repeat(number.length);
  const hidden = [...(options.secrets ?? []), ...(diagnostic.code === 'secret/inline' ? [place] : [])];
  const end = place.endLine > place.line ? written.length + 1 : place.endColumn;
  const line = masked(written, place, { from: place.column - 1, to: Math.max(end - 1, place.column) }, hidden);
  const room = Math.max(20, (options.width ?? 80) - number.length - 3);
  const cut = cutAround(line, room);
  const carets = '^'.repeat(Math.max(1, Math.min(cut.to, cut.text.length) - cut.from));
  return [
    paint('dim', `${gutter} |`),
    `${paint('dim', `${number} |`)} ${cut.text}`,
    `${paint('dim', `${gutter} |`)} ${' '.repeat(cut.from)}${paint(diagnostic.severity, carets)}`,
  ];
}

interface MarkedLine {
  readonly text: string;
  /** What the carets point at, offsets from 0, `to` exclusive. */
  readonly from: number;
  readonly to: number;
}

/** The line with secrets replaced (from the right, so that earlier offsets stay true), the mark moved along. */
function masked(
  written: string,
  { file, line }: Place,
  mark: { readonly from: number; readonly to: number },
  hidden: readonly Place[],
): MarkedLine {
  let { from, to } = mark;
  let text = written;
  const onLine = hidden
    .filter((place) => place.file === file && place.line <= line && line <= place.endLine)
    .map((place) => ({
      start: place.line < line ? 0 : place.column - 1,
      end: place.endLine > line ? written.length : place.endColumn - 1,
    }))
    .toSorted((a, b) => a.start - b.start);
  for (const { start, end } of joined(onLine).toReversed()) {
    text = text.slice(0, start) + SHOWN_SECRET + text.slice(end);
    const grown = SHOWN_SECRET.length - (end - start);
    if (from >= end) from += grown;
    if (to >= end) to += grown;
  }
  return { text: printable(text), from, to };
}

/** Spans that touch, or are the same, as one; given and returned by their starts. */
function joined(spans: readonly { readonly start: number; readonly end: number }[]) {
  const apart: { start: number; end: number }[] = [];
  for (const { start, end } of spans) {
    const last = apart.at(-1);
    if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
    else apart.push({ start, end });
  }
  return apart;
}

/** What a file holds must not command the terminal: every control character becomes one that only shows it. */
function printable(text: string): string {
  return Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    if (character === '\t') return ' ';
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return (code >= 0x7f && code <= 0x9f) || DIRECTIONS.test(character) ? '\ufffd' : character;
  }).join('');
}

/** Characters that turn the direction of what follows, or end a line without looking so. */
const DIRECTIONS = /[\u2028-\u202e\u2066-\u2069]/;

/** At most `room` characters of a line, with the mark among them; `…` stands for what was cut. */
function cutAround(line: MarkedLine, room: number): MarkedLine {
  if (line.text.length <= room) return line;
  const start = Math.max(0, Math.min(line.from - Math.floor(room / 3), line.text.length - room));
  const stop = start + room;
  const head = start > 0 ? `…${line.text.slice(start + 1, stop)}` : line.text.slice(0, stop);
  const text = stop < line.text.length ? `${head.slice(0, -1)}…` : head;
  return { text, from: line.from - start, to: Math.min(line.to - start, room) };
}

function painter(colour: boolean): (style: keyof typeof COLOURS, text: string) => string {
  return (style, text) => (colour && text !== '' ? `\u001b[${COLOURS[style]}m${text}\u001b[0m` : text);
}
