import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../src/config/load-configuration.ts';
import { fakeChannelKinds, fakeKinds } from './fake-kinds.ts';
import { line, loaded, loadTexts, mistakesIn, textFiles } from './load-texts.ts';
import type { Texts } from './load-texts.ts';

const web = (token: string): string =>
  `services:\n  shop:\n    probes:\n      front: { kind: web, url: "https://a.example/", token: "${token}" }\n`;

async function token(texts: Texts, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { probes } = await loaded(texts, env);
  const options = probes.get('shop/front' as never)?.options as { token: { reveal(): string } };
  return options.token.reveal();
}

describe('root and team files', () => {
  test('a single file is the root file, whatever its name and folder', async () => {
    expect((await loaded({ 'any/name.yaml': 'server: { instance: x }\n' })).configuration.instance).toBe('x');
  });

  test('beside a root file, others hold only owner, services and maintenance', async () => {
    const told = await mistakesIn({
      'tocsin.yaml': 'owner: sre\n',
      'team/pay.yaml': 'channels: {}\nlog: {}\nservises: {}\n',
    });
    expect(told.map(line)).toEqual([
      'team/pay.yaml:1:1-9 config/root-only: channels may stand only in the root file',
      'team/pay.yaml:2:1-4 config/root-only: log may stand only in the root file',
      'team/pay.yaml:3:1-9 config/unknown-key: unknown key servises',
    ]);
    expect(told[2]?.help).toBe('did you mean services?');
  });

  test('tocsin.yaml below the top is a team file', async () => {
    const told = await mistakesIn({ 'tocsin.yaml': 'owner: sre\n', 'team/tocsin.yaml': 'channels: {}\n' });
    expect(told.map(({ code }) => code)).toEqual(['config/root-only']);
  });

  test('each document gives its owner to its own services', async () => {
    const { configuration } = await loaded({
      'tocsin.yaml':
        'owner: sre\nservices: { a: {} }\n---\nowner: web\nservices: { b: {} }\n---\nservices: { c: {} }\n',
      'pay.yaml': 'owner: pay\nservices: { d: {}, e: { owner: x } }\n',
    });
    expect(configuration.services.map(({ id, owner }) => [id, owner])).toEqual([
      ['a', 'sre'],
      ['b', 'web'],
      ['c', undefined],
      ['d', 'pay'],
      ['e', 'x'],
    ]);
  });

  test('a service in two files is told at the second, naming the first', async () => {
    const told = await mistakesIn({
      'tocsin.yaml': 'owner: a\n',
      'a.yaml': 'services: { shop: {} }\n',
      'b.yaml': 'services:\n  shop: {}\n',
    });
    expect(told.map(line)).toEqual(['b.yaml:2:3-7 config/double: shop is defined twice, first at a.yaml:1:13']);
  });

  test('a team plans maintenance of its own services only', async () => {
    const window = (service: string): string =>
      `maintenance: [{ services: [${service}], from: 2026-12-01, until: 2026-12-02, reason: x }]\n`;
    const files = { 'tocsin.yaml': 'services: { shop: {} }\n', 'pay.yaml': `services: { pay: {} }\n${window('pay')}` };
    expect((await loaded(files)).configuration.maintenance).toHaveLength(1);
    const told = await mistakesIn({ ...files, 'pay.yaml': `services: { pay: {} }\n${window('shop')}` });
    expect(told.map(({ code, message }) => [code, message])).toEqual([
      ['config/root-only', 'shop is declared in tocsin.yaml, not here'],
    ]);
  });

  test('of several files given by name the first is the root file, unless one is called tocsin.yaml', async () => {
    const load = async (texts: Texts): Promise<boolean> => {
      const read = textFiles(texts);
      const request = {
        paths: Object.keys(texts),
        kinds: fakeKinds,
        channelKinds: fakeChannelKinds,
        read,
        env: () => undefined,
      };
      return (await loadConfiguration(request)).ok;
    };
    expect(await load({ 'a.yaml': 'server: {}\n', 'b.yaml': 'owner: x\n' })).toBe(true);
    expect(await load({ 'a.yaml': 'owner: x\n', 'b.yaml': 'server: {}\n' })).toBe(false);
    expect(await load({ 'a.yaml': 'owner: x\n', 'tocsin.yaml': 'server: {}\n' })).toBe(true);
  });
});

describe('interpolation', () => {
  test('puts variables and files into any string, a final line break of a file left out', async () => {
    expect(await token({ 'tocsin.yaml': web('a-${env:ONE}-${env:TWO}') }, { ONE: '1', TWO: '2' })).toBe('a-1-2');
    expect(await token({ 'tocsin.yaml': web('${file:keys/t.txt}'), 'keys/t.txt': 'abc\n' })).toBe('abc');
  });

  test('does not look again at what came in, and leaves the placeholders of flows alone', async () => {
    expect(await token({ 'tocsin.yaml': web('${env:ONE}') }, { ONE: '${env:TWO}' })).toBe('${env:TWO}');
    expect(await token({ 'tocsin.yaml': web('${login.token}') })).toBe('${login.token}');
  });

  test('is relative to the declaring file', async () => {
    const files = {
      'tocsin.yaml': 'owner: x\n',
      'team/pay.yaml': web('${file:t.txt}'),
      'team/t.txt': 'mine',
      't.txt': 'root',
    };
    expect(await token(files)).toBe('mine');
  });

  test('in team files reaches only trusted variables', async () => {
    const files = { 'tocsin.yaml': 'trust: { env: [GOOD] }\n', 'pay.yaml': web('${env:GOOD}') };
    expect(await token(files, { GOOD: 'g', BAD: 'b' })).toBe('g');
    const told = await mistakesIn({ ...files, 'pay.yaml': web('${env:BAD}') }, { GOOD: 'g', BAD: 'b' });
    expect(told.map(({ code, message }) => [code, message])).toEqual([
      ['config/untrusted', 'this file is not trusted with the variable BAD'],
    ]);
  });

  test('in team files trusts nothing that a team file says about trust', async () => {
    const told = await mistakesIn(
      { 'tocsin.yaml': 'owner: x\n', 'pay.yaml': `trust: { env: [BAD] }\n${web('${env:BAD}')}` },
      { BAD: 'b' },
    );
    expect(told.map(({ code }) => code)).toEqual(['config/root-only', 'config/untrusted']);
  });

  test('in team files reaches only files below their own folder; the root file reaches all', async () => {
    const files = { 'tocsin.yaml': 'owner: x\n', 'team/pay.yaml': web('${file:../root.key}'), 'root.key': 'k' };
    expect((await mistakesIn(files)).map(({ code }) => code)).toEqual(['config/untrusted']);
    expect(await token({ 'conf/tocsin.yaml': web('${file:../root.key}'), 'root.key': 'k' })).toBe('k');
  });

  test('of one text through two aliases happens once', async () => {
    const texts = 'services:\n  a: { title: &t "${env:ONE}" }\n  b: { title: *t }\n';
    const { configuration } = await loaded(texts, { ONE: '${env:ONE}' });
    expect(configuration.services.map(({ title }) => title)).toEqual(['${env:ONE}', '${env:ONE}']);
  });

  test('points at the variable itself inside of the text', async () => {
    const [told] = await mistakesIn(web('Bearer ${env:NOT_SET} and more'));
    expect(told?.place).toMatchObject({ line: 4, column: 69, endColumn: 83 });
  });
});

describe('limits', () => {
  test('a file of more than 4 MiB is refused by its reader', async () => {
    const told = await mistakesIn(`# ${'x'.repeat(4 * 1024 * 1024)}\n`);
    expect(told.map(({ code }) => code)).toEqual(['config/limit']);
  });

  test('more than 64 MiB in all are refused', async () => {
    const big = `# ${'x'.repeat(4 * 1024 * 1024 - 10)}\n`;
    const files = Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`f${n}.yaml`, big]));
    expect((await mistakesIn(files)).map(({ code }) => code)).toEqual(['config/limit']);
  });

  test.each([
    ['flow lists', (n: number) => `a: ${'['.repeat(n)}${']'.repeat(n)}\n`, 100],
    ['flow lists beyond what the parser bears', (n: number) => `a: ${'['.repeat(n)}${']'.repeat(n)}\n`, 100_000],
  ])('deep nesting is refused: %s', async (_what, text, depth) => {
    const told = await mistakesIn(text(depth));
    expect(told.map(({ code }) => code)).toContain('config/limit');
  });

  test('aliases that stand for aliases that stand for aliases are refused', async () => {
    const lines = ['services:', '  a0: { accept: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9] }'];
    for (let n = 1; n < 12; n += 1) {
      lines.push(`  a${n}: { accept: &a${n} [${Array.from({ length: 9 }, () => `*a${n - 1}`).join(', ')}] }`);
    }
    const result = await loadTexts(`${lines.join('\n')}\n`);
    expect(result.ok ? [] : result.diagnostics.map(({ code }) => code)).toContain('config/limit');
  });
});
