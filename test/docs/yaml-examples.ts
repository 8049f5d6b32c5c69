import { generateKeyPairSync } from 'node:crypto';
import { parse } from 'yaml';
import { allKinds, NO_SCREEN } from '../../src/app/kinds.ts';
import { loadConfiguration } from '../../src/config/load-configuration.ts';
import type { LoadResult } from '../../src/ports/loaded.ts';
import { textFiles } from '../config/load-texts.ts';

/** A block of YAML in a page. */
export interface YamlExample {
  /** Line of its first line, from 1. */
  readonly line: number;
  readonly text: string;
}

/** The blocks of a Markdown page that are marked as YAML, wherever they are indented. */
export function yamlExamples(markdown: string): readonly YamlExample[] {
  const examples: YamlExample[] = [];
  let open: { line: number; indent: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^( *)```(\S*)/.exec(line);
    if (open !== undefined && fence?.[2] === '') {
      examples.push({ line: open.line, text: open.lines.join('\n') });
      open = undefined;
    } else if (open !== undefined) open.lines.push(line.slice(open.indent));
    else if (fence?.[2] === 'yaml') open = { line: index + 2, indent: fence[1]?.length ?? 0, lines: [] };
  }
  return examples;
}

/**
 * Loads an example by the real loader with the real kinds. One with a `kind` is a probe or a channel, as its page
 * says, and is put where it belongs; in one without services, capabilities that it names are declared beside it.
 */
export async function loadExample(text: string, kindsOf: 'probe' | 'channel' = 'probe'): Promise<LoadResult> {
  const value: unknown = parse(text, { logLevel: 'silent' });
  const kinds = allKinds(NO_SCREEN);
  const load = (files: Readonly<Record<string, string>>): Promise<LoadResult> =>
    loadConfiguration({
      paths: ['.'],
      kinds: kinds.probes,
      channelKinds: kinds.channels,
      read: textFiles({ ...files, ...referenced(text) }),
      env: environment,
    });
  if (hasKey(value, 'kind')) {
    return load({ 'tocsin.yaml': kindsOf === 'probe' ? asProbe(text, value) : asChannel(text) });
  }
  if (hasKey(value, 'services')) return load({ 'tocsin.yaml': text });
  return load({ 'tocsin.yaml': text, 'named.yaml': declaring(text) });
}

function asProbe(text: string, value: Readonly<Record<string, unknown>>): string {
  const proves = value['proves'];
  const names = Array.isArray(proves)
    ? proves.map(String)
    : hasKey(proves)
      ? Object.values(proves).flat().map(String)
      : [];
  const capabilities = names.map((name) => `      ${name}: {}\n`).join('');
  return `${trusting(value['command'])}services:\n  it:\n${capabilities === '' ? '' : `    capabilities:\n${capabilities}`}    probes:\n      one:\n${indented(text, 8)}\n`;
}

/** Probes run only programs that the root file trusts. */
function trusting(command: unknown): string {
  return Array.isArray(command) ? `trust: { exec: [${JSON.stringify(command[0])}] }\n` : '';
}

function asChannel(text: string): string {
  return `channels:\n  one:\n${indented(text, 4)}\nservices: {}\n`;
}

/** A team file with every `service.capability` and `services: [name]` that a text names. */
function declaring(text: string): string {
  const services = new Map<string, Set<string>>();
  const declare = (service: string): Set<string> => {
    const known = services.get(service) ?? new Set<string>();
    services.set(service, known);
    return known;
  };
  for (const [, needs] of text.matchAll(/needs: \[([^\]]*)\]/g)) {
    for (const name of (needs ?? '').split(',')) {
      const [service, capability] = name.trim().split('.');
      if (service !== undefined && service !== '') declare(service).add(capability ?? 'up');
    }
  }
  for (const [, names] of text.matchAll(/\bservices?: \[([^\]]*)\]/g))
    for (const name of (names ?? '').split(',')) if (/^[a-z0-9-]+$/.test(name.trim())) declare(name.trim());
  const lines = [...services].map(([service, capabilities]) => {
    const declared = [...capabilities].map((name) => `${name}: {}`).join(', ');
    return `  ${service}: ${declared === '' ? '{}' : `{ capabilities: { ${declared} } }`}\n`;
  });
  return lines.length === 0 ? 'services: {}\n' : `services:\n${lines.join('')}`;
}

/** Something for every `${file:…}`: a public key, which is text like any other where no key is wanted. */
function referenced(text: string): Readonly<Record<string, string>> {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' });
  const names = [...text.matchAll(/\$\{file:([^}]+)\}/g)].flatMap(([, name]) => name ?? []);
  return Object.fromEntries(names.map((name) => [name, key.toString()]));
}

function hasKey(value: unknown, key?: string): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && (key === undefined || key in value);
}

function indented(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? line : `${' '.repeat(columns)}${line}`))
    .join('\n');
}

/** Values that look like what the names say. */
function environment(name: string): string {
  if (name.endsWith('_URL')) return `https://hooks.example/${name}`;
  return name === 'TELEGRAM_BOT_TOKEN' ? '123456:value-of-the-bot-token' : `value-of-${name}`;
}
