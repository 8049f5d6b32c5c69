import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAILURE_CLASSES } from '../../src/model/failure.ts';

const ROOT = join(import.meta.dirname, '../..');

interface Row {
  readonly number: number;
  readonly classes: readonly string[];
  /** Below `test/`, without the ending. */
  readonly files: readonly string[];
}

/** The table "What is covered" of docs/probes.md. */
const rows: readonly Row[] = readFileSync(join(ROOT, 'docs/probes.md'), 'utf8')
  .split('## What is covered')[1]!
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, number]) => /^\d+$/.test(number ?? ''))
  .map(([, number, , , classes = '', tests = '']) => ({
    number: Number(number),
    classes: [...classes.matchAll(/`([a-z]+\.[a-z0-9_]+)`/g)].map(([, name]) => name ?? ''),
    files: tests
      .replace(/:.*$/, '')
      .replaceAll('(stub)', '')
      .split(',')
      .map((name) => name.trim())
      .map((name) => (/^(contract|daemon|acceptance)\//.test(name) ? name : `probes/${name}`)),
  }));

/** The test file that a name stands for, whatever its kind. */
function fileOf(name: string): string | undefined {
  const folder = join(ROOT, 'test', dirname(name));
  const found = readdirSync(folder).find((file) => /^(.*)\.[a-z]+\.test\.ts$/.exec(file)?.[1] === basename(name));
  return found === undefined ? undefined : join(folder, found);
}

describe('the table of faults that are covered', () => {
  it('has a row for each of the 54, in order', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 54 }, (_, index) => index + 1));
  });

  it.each(rows)('row $number names tests that are there, one of them by its number', ({ number, files }) => {
    const paths = files.map(fileOf);
    expect(paths, files.join(', ')).not.toContain(undefined);
    expect(readFileSync(paths[0] ?? '', 'utf8')).toMatch(new RegExp(`row ${number}\\b`));
  });

  it.each(rows.filter(({ classes }) => classes.length > 0))('row $number names classes that exist', ({ classes }) => {
    for (const name of classes) expect(FAILURE_CLASSES).toContain(name);
  });
});
