import type { ProbeKind } from '../ports/probe-kind.ts';
import { assertionLanguage } from './assertion-language.ts';
import type { AssertionLanguage } from './assertion-language.ts';
import { compileProbe } from './compile-probe.ts';
import type { CompiledProbe, ProbeContext, WrittenProbe } from './compile-probe.ts';
import type { CompiledService } from './compile-service.ts';
import { tellUntrustedProgram } from './trusted-program.ts';
import { kindWords } from './explain-issues.ts';
import { checkName } from './gather.ts';
import type { Mistakes } from './mistakes.ts';
import { suggestion } from './nearest-name.ts';
import { entriesOf } from './read-fields.ts';
import { tellDouble } from './tell-double.ts';
import { child, placeOf } from './yaml-tree.ts';
import type { ScalarNode, YamlNode } from './yaml-tree.ts';

/** All probes of a service: those of `probes`, and the one that `probe: URL` is short for. */
export function compileProbes(compiled: CompiledService, context: ProbeContext): readonly CompiledProbe[] {
  return writtenProbes(compiled, context)
    .map((written) => compileProbe(written, compiled.service, context))
    .filter((probe) => probe !== undefined);
}

/** One language a kind for a whole load. */
export function languages(): (kind: ProbeKind) => AssertionLanguage {
  const made = new Map<ProbeKind, AssertionLanguage>();
  return (kind) => {
    const language = made.get(kind) ?? assertionLanguage(kind.variables ?? {});
    made.set(kind, language);
    return language;
  };
}

function writtenProbes({ declaration, probeUrl }: CompiledService, context: ProbeContext): readonly WrittenProbe[] {
  const written: WrittenProbe[] = [];
  for (const [name, key, node] of entriesOf(declaration.node, 'probes')) {
    checkName(name, key, context.mistakes);
    const kind = kindOf(name, key, node, `services.${declaration.name}.probes.${name}`, context);
    if (kind === undefined) continue;
    tellUntrustedProgram(kind.name, node, context.trustedPrograms, context.mistakes);
    written.push({ name, key, node, kind });
  }
  const short = declaration.node.kind === 'map' ? declaration.node.entries.get('probe') : undefined;
  if (probeUrl === undefined || short === undefined) return written;
  const probe = fromUrl(probeUrl, short.value, context);
  const same = written.find((one) => one.name === probe?.name);
  if (probe === undefined) return written;
  if (same !== undefined) {
    tellDouble(probe.name, short.key, same.key as ScalarNode, context.mistakes);
    return written;
  }
  return [...written, { ...probe, key: short.key }];
}

/** `https://pay.example/health` is an `http` probe called `http`; which schemes mean what, kinds say themselves. */
function fromUrl(url: string, node: YamlNode, context: ProbeContext): Omit<WrittenProbe, 'key'> | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  const schemes: string[] = [];
  for (const kind of context.kinds.values()) {
    for (const known of kind.shorthand?.schemes.map((one) => one.replace(/:(\/\/)?$/, '')) ?? []) {
      schemes.push(known);
      if (known === scheme && kind.shorthand !== undefined) {
        const { options, example } = kind.shorthand;
        return { name: kind.name, kind, node, implied: { options: options(url), example } };
      }
    }
  }
  tellScheme(scheme, url, schemes, node, context.mistakes);
  return undefined;
}

function tellScheme(
  scheme: string | undefined,
  url: string,
  schemes: readonly string[],
  node: YamlNode,
  mistakes: Mistakes,
): void {
  if (node.kind === 'scalar' && node.unresolved === true) return;
  // `localhost:8080` and `pay.example/health` lack a scheme; what stands before the colon is none.
  const isBare = scheme === undefined || /^[^:/]+:\d/.test(url);
  mistakes.error({
    code: 'config/unknown-scheme',
    place: placeOf(node),
    subject: 'probe',
    message: isBare ? 'probe must be a URL' : `no kind of probe is short for ${scheme}:`,
    help: isBare
      ? 'write it like https://host.example/path or tcp://host.example:5432'
      : (suggestion(scheme, schemes, 'schemes') ?? 'write it in full, under probes'),
  });
}

function kindOf(
  name: string,
  key: YamlNode,
  node: YamlNode,
  subject: string,
  { kinds, mistakes }: ProbeContext,
): ProbeKind | undefined {
  if (node.kind !== 'map') {
    const message = `${name} must be a mapping, not ${kindWords(node)}`;
    mistakes.error({
      code: 'config/type',
      place: placeOf(node),
      subject,
      message,
      help: 'write it like { kind: http, url: … }',
    });
    return undefined;
  }
  const written = child(node, 'kind');
  if (written === undefined) {
    const help = `kinds: ${[...kinds.keys()].sort().join(', ')}`;
    mistakes.error({
      code: 'config/missing',
      place: placeOf(key),
      subject: `${subject}.kind`,
      message: 'kind is missing',
      help,
    });
    return undefined;
  }
  return knownKind(written, kinds, `${subject}.kind`, mistakes);
}

/** The kind that a `kind:` names; told where there is none. */
export function knownKind<K>(
  written: YamlNode,
  kinds: ReadonlyMap<string, K>,
  subject: string,
  mistakes: ProbeContext['mistakes'],
): K | undefined {
  if (written.kind !== 'scalar' || typeof written.value !== 'string') {
    mistakes.error({
      code: 'config/type',
      place: placeOf(written),
      subject,
      message: `kind must be text, not ${kindWords(written)}`,
    });
    return undefined;
  }
  const kind = kinds.get(written.value);
  if (kind !== undefined) return kind;
  mistakes.error({
    code: 'config/unknown-kind',
    place: placeOf(written),
    subject,
    message: `there is no kind ${written.interpolated ? 'of this name' : written.value}`,
    help: suggestion(written.value, [...kinds.keys()], 'kinds'),
  });
  return undefined;
}
