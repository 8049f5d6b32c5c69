import { ConfigError } from './config-error.ts';
import { LIMITS } from './limits.ts';
import type { Mistakes } from './mistakes.ts';
import { editDistance, suggestion } from './nearest-name.ts';
import type { ReadFiles } from './read-files.ts';
import { placeWithin } from './yaml-tree.ts';
import type { ScalarNode, YamlNode } from './yaml-tree.ts';

/** `${env:NAME}` and `${file:path}`; every other `${…}` is left alone, because flows use it. */
const REFERENCE = /\$\{(env|file):([^}]*)\}/g;
const UNCLOSED = /\$\{(?:env|file):[^}]*$/;
/** As a shell writes a variable. What flows fill in has a dot (`${login.token}`). */
const SHELL = /\$\{([A-Z_][A-Z0-9_]*)\}/g;
const ALMOST = /\$\{([a-z]{2,5}):[^}]*\}/g;
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Where values come from, and which of them team files may use. */
export interface Interpolation {
  readonly read: ReadFiles;
  readonly env: (name: string) => string | undefined;
  /** The root's `trust.env`. */
  readonly trustedEnv: ReadonlySet<string>;
  readonly mistakes: Mistakes;
}

/**
 * Puts environment variables and files into the texts of a document, in place. What came in is not looked at
 * again, so a value can never name another. A missing variable or file is told with its place.
 */
export async function interpolate(root: YamlNode, given: Interpolation): Promise<void> {
  const files = new Map<string, Promise<string>>();
  for (const node of textsOf(root)) {
    if (node.interpolated) continue; // an alias's second use
    const text = String(node.value);
    tellAlmost(node, text, given.mistakes);
    tellUnclosed(node, text, given.mistakes);
    tellShell(node, text, given.mistakes);
    if (text.search(REFERENCE) < 0) continue;
    const parts: string[] = [];
    let at = 0;
    for (const match of text.matchAll(REFERENCE)) {
      const [whole, from, name = ''] = match;
      parts.push(text.slice(at, match.index));
      const reference = { node, text, offset: match.index, whole, name };
      parts.push((from === 'env' ? fromEnv(reference, given) : await fromFile(reference, given, files)) ?? '');
      at = match.index + whole.length;
    }
    node.written = text;
    node.value = parts.join('') + text.slice(at);
    node.interpolated = true;
  }
}

interface Reference {
  readonly node: ScalarNode;
  readonly text: string;
  readonly offset: number;
  readonly whole: string;
  readonly name: string;
}

function fromEnv(reference: Reference, given: Interpolation): string | undefined {
  const { name, node, whole } = reference;
  if (!ENV_NAME.test(name)) return tell(reference, given, 'config/interpolation', `${whole} names no variable`);
  if (node.source.role === 'team' && !given.trustedEnv.has(name)) {
    const help = 'the root file may list it in trust: { env: […] }';
    return tell(reference, given, 'config/untrusted', `this file is not trusted with the variable ${name}`, help);
  }
  const value = given.env(name);
  if (value !== undefined) return value;
  return tell(reference, given, 'config/missing-variable', `the environment has no variable ${name}`, `set ${name}`);
}

async function fromFile(
  reference: Reference,
  given: Interpolation,
  files: Map<string, Promise<string>>,
): Promise<string | undefined> {
  const { name, node } = reference;
  const within = node.source.role === 'team';
  try {
    let pending = files.get(name);
    if (pending === undefined) {
      pending = given.read.referenced(node.source.file, name, { within, maxBytes: LIMITS.referencedBytes });
      files.set(name, pending);
    }
    // Editors end a file with a line break; a token or a key name must not.
    return (await pending).replace(/\r?\n$/, '');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (error.code !== 'outside') return tell(reference, given, 'config/missing-file', error.message);
    const message = `${name} is outside of this file's folder, and this is not the root file`;
    return tell(
      reference,
      given,
      'config/untrusted',
      message,
      'put it below the folder, or refer to it in the root file',
    );
  }
}

function tell(reference: Reference, given: Interpolation, code: string, message: string, help?: string): undefined {
  const { node, text, offset, whole } = reference;
  node.unresolved = true;
  given.mistakes.error({ code, place: placeWithin(node, text, offset, whole.length), subject: whole, message, help });
  return undefined;
}

/** `${evn:TOKEN}` would be sent as it stands, instead of the token. */
function tellAlmost(node: ScalarNode, text: string, mistakes: Mistakes): void {
  for (const match of text.matchAll(ALMOST)) {
    const prefix = match[1] ?? '';
    if (prefix === 'env' || prefix === 'file') continue;
    if (editDistance(prefix, 'env') > 1 && editDistance(prefix, 'file') > 1) continue;
    node.unresolved = true;
    node.interpolated = true;
    mistakes.error({
      code: 'config/interpolation',
      place: placeWithin(node, text, match.index, match[0].length),
      subject: match[0],
      message: `\${${prefix}:…} is not known`,
      help: suggestion(prefix, ['env', 'file']),
    });
  }
}

/** `${env:TOKEN` would be sent as it stands. */
function tellUnclosed(node: ScalarNode, text: string, mistakes: Mistakes): void {
  const match = UNCLOSED.exec(text);
  if (match === null) return;
  node.unresolved = true;
  mistakes.error({
    code: 'config/interpolation',
    place: placeWithin(node, text, match.index, match[0].length),
    subject: match[0].slice(0, match[0].indexOf(':') + 1),
    message: 'this ${ is never closed',
    help: 'write } behind the name',
  });
}

/** `${TOKEN}` means a variable to everybody who knows a shell, and nothing here. */
function tellShell(node: ScalarNode, text: string, mistakes: Mistakes): void {
  for (const match of text.matchAll(SHELL)) {
    node.unresolved = true;
    mistakes.error({
      code: 'config/interpolation',
      place: placeWithin(node, text, match.index, match[0].length),
      subject: match[0],
      message: `${match[0]} is not filled in`,
      help: `a variable of the environment is \${env:${match[1] ?? ''}}`,
    });
  }
}

/** Every text of a tree; each only once, however often an alias uses it. */
function textsOf(root: YamlNode): readonly ScalarNode[] {
  const texts = new Set<ScalarNode>();
  const seen = new Set<YamlNode>();
  const visit = (node: YamlNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'list') node.items.forEach(visit);
    else if (node.kind === 'map') for (const entry of node.entries.values()) visit(entry.value);
    else if (typeof node.value === 'string' && node.value.includes('${')) texts.add(node);
  };
  visit(root);
  return [...texts];
}
