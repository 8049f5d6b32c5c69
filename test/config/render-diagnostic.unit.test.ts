import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { renderDiagnostic, renderDiagnostics } from '../../src/config/render-diagnostic.ts';
import type { Diagnostic } from '../../src/model/configuration.ts';

const place = (line: number, column: number, endColumn: number, endLine = line) => ({
  file: 'team.yaml',
  line,
  column,
  endLine,
  endColumn,
});

const unknown: Diagnostic = {
  code: 'config/unknown-capability',
  severity: 'error',
  subject: 'kms.sgin',
  message: 'kms has no capability sgin',
  place: place(3, 13, 21),
  help: 'did you mean kms.sign?',
};

const TEXT = 'services:\n  shop:\n    needs: [kms.sgin]\n';

describe('a diagnostic in a terminal', () => {
  test('shows place, severity, code, message, the line with carets, and help', () => {
    expect(renderDiagnostic(unknown, TEXT, { colour: false })).toBe(
      [
        'team.yaml:3:13: error config/unknown-capability: kms has no capability sgin',
        '  |',
        '3 |     needs: [kms.sgin]',
        '  |             ^^^^^^^^',
        '  = help: did you mean kms.sign?',
      ].join('\n'),
    );
  });

  test('lets no control character of a file or a message through to the terminal', () => {
    const text = 'services:\n  shop:\n    needs: [kms.sgin] \u001b[2J\u0007\u009b31m\u202e\n';
    const shown = renderDiagnostic({ ...unknown, message: 'no \u001b[2J\u0000' }, text, { colour: false });
    expect(stripVTControlCharacters(shown)).toBe(shown);
    for (const character of ['\u001b', '\u0007', '\u0000', '\u009b', '\u202e']) expect(shown).not.toContain(character);
    expect(shown).toContain('no ␛[2J␀');
  });

  test('hides what two findings call a secret once, and all of it', () => {
    const inline: Diagnostic = { ...unknown, code: 'secret/inline' };
    const both = [place(3, 12, 16), place(3, 13, 21)].map((at) => ({ ...inline, place: at }));
    const shown = renderDiagnostics(both, [{ file: 'team.yaml', text: TEXT }], { colour: false });
    expect(shown).toContain('3 |     needs: <secret>]');
    expect(shown).not.toContain('[kms');
  });

  test('has colours only where they are asked for', () => {
    const coloured = renderDiagnostic(unknown, TEXT, { colour: true });
    expect(coloured).toContain('\u001b[31merror\u001b[0m');
    expect(stripVTControlCharacters(coloured)).toBe(renderDiagnostic(unknown, TEXT, { colour: false }));
  });

  test('shows the path that proves it', () => {
    const shown = renderDiagnostic({ ...unknown, path: ['a.up', 'b.up'] }, TEXT, { colour: false });
    expect(shown).toContain('  = path: a.up → b.up');
  });

  test('cuts a long line around the place to fit 80 columns', () => {
    const text = `${'a'.repeat(200)}WRONG${'b'.repeat(200)}`;
    const shown = renderDiagnostic({ ...unknown, place: place(1, 201, 206) }, text, { colour: false }).split('\n');
    expect(shown.slice(1).every((one) => one.length <= 80)).toBe(true);
    const at = shown[3]?.indexOf('^') ?? -1;
    expect(shown[2]?.slice(at, at + 5)).toBe('WRONG');
    expect(shown[3]?.slice(at)).toBe('^^^^^');
  });

  test('marks the rest of the first line where the place spans several', () => {
    const shown = renderDiagnostic({ ...unknown, place: place(2, 3, 22, 3) }, TEXT, { colour: false }).split('\n');
    expect(shown.slice(2, 4)).toEqual(['2 |   shop:', '  |   ^^^^^']);
  });

  test('without a source, or without a place, is the message alone', () => {
    const { place: _, help: __, ...bare } = unknown;
    expect(renderDiagnostic(bare, TEXT, { colour: false })).toBe(
      'error config/unknown-capability: kms has no capability sgin',
    );
    expect(renderDiagnostic(unknown, undefined, { colour: false }).split('\n')).toHaveLength(2);
  });
});

describe('a secret that stands in a file', () => {
  const line = 'hook: { kind: hook, secret: "abc", needs: [kms.sgin] }';
  const inline: Diagnostic = {
    code: 'secret/inline',
    severity: 'warning',
    subject: '',
    message: 'm',
    place: place(1, 29, 34),
  };
  const after: Diagnostic = { ...unknown, place: place(1, 44, 52) };

  test('is not shown by its own finding', () => {
    const shown = renderDiagnostic(inline, line, { colour: false });
    expect(shown).not.toContain('abc');
    expect(shown.split('\n').slice(2, 4)).toEqual([
      '1 | hook: { kind: hook, secret: <secret>, needs: [kms.sgin] }',
      '  |                             ^^^^^^^^',
    ]);
  });

  test('is not shown by other mistakes of the same line, whose carets still fit', () => {
    const shown = renderDiagnostics([inline, after], [{ file: 'team.yaml', text: line }], { colour: false });
    expect(shown).not.toContain('abc');
    const [, , , framed = '', carets = ''] = (shown.split('\n\n')[1] ?? '')
      .split('\n')
      .map((one) => one.slice(4))
      .toSpliced(0, 0, '');
    expect(framed.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('kms.sgin');
  });
});
