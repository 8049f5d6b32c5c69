import type { Mistakes } from './mistakes.ts';
import { child, placeOf } from './yaml-tree.ts';
import type { YamlNode } from './yaml-tree.ts';

/** The kind of probe that starts programs; the only one that `trust.exec` speaks about. */
const EXEC = 'exec';

/** A probe may start only programs that the root's `trust.exec` allows, whichever file it stands in. */
export function tellUntrustedProgram(
  kind: string,
  node: YamlNode,
  trusted: readonly string[],
  mistakes: Mistakes,
): void {
  const command = child(node, 'command');
  const program = command?.kind === 'list' ? command.items[0] : undefined;
  if (kind !== EXEC || program?.kind !== 'scalar' || typeof program.value !== 'string') return;
  const path = program.value;
  if (trusted.some((pattern) => allows(pattern, path))) return;
  mistakes.error({
    code: 'config/untrusted',
    place: placeOf(program),
    subject: EXEC,
    message: 'this program is not among those that probes may run',
    help: 'the root file may list it in trust: { exec: […] }',
  });
}

/** `*` stands for any part of one path segment; a path that climbs (`..`) is never allowed. */
export function allows(pattern: string, path: string): boolean {
  const want = pattern.split('/');
  const have = path.split('/');
  if (!path.startsWith('/') || have.includes('..') || have.includes('.') || want.length !== have.length) return false;
  return want.every((part, index) => segmentMatches(part, have[index] ?? ''));
}

function segmentMatches(pattern: string, segment: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return first === segment;
  if (segment === '' || segment.length < first.length + last.length) return false;
  if (!segment.startsWith(first) || !segment.endsWith(last)) return false;
  let at = first.length;
  for (const part of others) {
    const found = segment.indexOf(part, at);
    if (found < 0 || found + part.length > segment.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}
