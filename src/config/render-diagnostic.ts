import type { Diagnostic, LeanKind, Place } from '../model/configuration.ts';

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
  return rendered(diagnostic, sourceText?.split('\n'), options);
}

function rendered(diagnostic: Diagnostic, sourceLines: readonly string[] | undefined, options: RenderOptions): string {
  const { place, severity, code, message, help } = diagnostic;
  const paint = painter(options.colour);
  const width = options.width ?? 80;
  const where = place === undefined ? '' : printable(`${place.file}:${place.line}:${place.column}: `);
  const words = `${where}${severity} ${code}: `.length;
  const gutter = ' '.repeat(String(place?.line ?? 0).length);
  const [told, ...more] = wrapped(printable(message), { first: width - words, width, indent: '  ' });
  const head = `${paint('bold', where)}${paint(severity, severity)} ${paint('dim', code)}: ${told}`.trimEnd();
  const frame =
    place === undefined || sourceLines === undefined ? [] : codeFrame(diagnostic, place, sourceLines, options);
  const note = (style: 'dim' | 'help', name: string, text: string): string => {
    const lead = `${gutter} = ${name} `;
    const [first, ...rest] = wrapped(text, { first: width - lead.length, width, indent: `${gutter}   ` });
    return [`${gutter} = ${paint(style, name)} ${first}`.trimEnd(), ...rest].join('\n');
  };
  const notes = [
    ...proofLines(diagnostic, gutter, width),
    ...(help === undefined ? [] : [note('help', 'help:', printable(help))]),
  ];
  return [head, ...more, ...frame, ...notes].join('\n');
}

/** Each path that proves it, one edge a line with its place; the bare path where no edges are known. */
function proofLines(
  { place: at, path = [], proofs = [] }: Diagnostic,
  gutter: string,
  width: number,
): readonly string[] {
  const [only, ...others] = proofs.flatMap((proof) => proof.edges);
  // An edge that the frame shows already says nothing new.
  if (only !== undefined && others.length === 0 && only.place === at) return [];
  if (only === undefined) {
    if (path.length < 2) return [];
    const [first, ...rest] = wrapped(`path: ${path.join(' → ')}`, {
      first: width - gutter.length - 3,
      width,
      indent: `${gutter}   `,
    });
    return [`${gutter} = ${first}`, ...rest];
  }
  return proofs.flatMap(({ title, edges }) => [
    `${gutter} = ${printable(title)}:`,
    ...edges.map(({ from, to, kind, place }) => {
      const needs = `${gutter}   ${printable(from)} → ${to} (${LEAN_WORDS[kind]})`;
      const where = printable(`${place.file}:${place.line}:${place.column}`);
      const room = width - needs.length - where.length;
      return room < 1 ? `${needs}\n${gutter}     ${where}` : `${needs}${' '.repeat(room)}${where}`;
    }),
  ]);
}

const LEAN_WORDS = {
  hard: 'hard',
  soft: 'soft',
  cached: 'cached',
  any: 'one of several',
  recovery: 'recovery',
  start: 'start',
  channel: 'channel',
} as const satisfies Readonly<Record<LeanKind, string>>;

/** Words of a text on lines of some columns; the first may have fewer. A word that is too long stands alone. */
function wrapped(
  text: string,
  { first, width, indent }: { readonly first: number; readonly width: number; readonly indent: string },
): readonly [string, ...string[]] {
  const lines: [string, ...string[]] = [''];
  for (const word of text.split(' ')) {
    const at = lines.length - 1;
    const line = lines[at] ?? '';
    const room = at === 0 ? first : width;
    const isEmpty = line === '' || line === indent;
    // Where only a word or two fit beside the place, the whole text begins on a line of its own.
    if (isEmpty && at === 0 && word.length > room) lines.push(indent + word);
    else if (isEmpty) lines[at] = line + word;
    else if (line.length + 1 + word.length <= room) lines[at] = `${line} ${word}`;
    else lines.push(indent + word);
  }
  return lines;
}

/** All diagnostics, each with the frame from its own source; secrets that were found in them are hidden in all. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: readonly { readonly file: string; readonly text: string }[],
  options: RenderOptions,
): string {
  const texts = new Map(sources.map(({ file, text }) => [file, text.split('\n')]));
  const secrets = diagnostics.flatMap(({ code, place }) =>
    code === 'secret/inline' && place !== undefined ? [place] : [],
  );
  return diagnostics
    .map((diagnostic) => rendered(diagnostic, texts.get(diagnostic.place?.file ?? ''), { ...options, secrets }))
    .join('\n\n');
}

function codeFrame(
  diagnostic: Diagnostic,
  place: Place,
  lines: readonly string[],
  options: RenderOptions,
): readonly string[] {
  const written = lines[place.line - 1]?.replace(/\r$/, '');
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
