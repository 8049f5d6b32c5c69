import type { Capability, Configuration, Service } from '../model/configuration.ts';
import type { ChannelKind } from '../ports/channel-kind.ts';
import type { LoadResult } from '../ports/loaded.ts';
import type { ProbeKind } from '../ports/probe-kind.ts';
import { compileChannels } from './compile-channels.ts';
import { compileMaintenance } from './compile-maintenance.ts';
import { compileProbes, languages } from './compile-probes.ts';
import type { CompiledProbe } from './compile-probe.ts';
import { compileRoutes } from './compile-routes.ts';
import { compileRoot } from './compile-server.ts';
import { compileService } from './compile-service.ts';
import { gather, trustedEnv } from './gather.ts';
import { hashConfiguration } from './hash-configuration.ts';
import { interpolate } from './interpolate.ts';
import { Mistakes, compareText } from './mistakes.ts';
import { namesOf } from './names.ts';
import type { ReadFiles } from './read-files.ts';
import { readSources } from './read-sources.ts';
import type { Source } from './source.ts';
import { parseYaml } from './parse-yaml.ts';
import { tellCredentials } from './tell-credentials.ts';
import type { YamlNode } from './yaml-tree.ts';

/** What loading is given: where to look, which kinds there are, and the only ways to the outside that it has. */
export interface LoadRequest {
  /** Files and folders, as `--config` takes them. */
  readonly paths: readonly string[];
  readonly kinds: ReadonlyMap<string, ProbeKind>;
  readonly channelKinds: ReadonlyMap<string, ChannelKind>;
  readonly read: ReadFiles;
  readonly env: (name: string) => string | undefined;
}

/**
 * Reads YAML and gives a configuration ready to run, or every mistake at once, each with its place. Never
 * rejects for anything that stands in a file or is missing from it.
 */
export async function loadConfiguration(request: LoadRequest): Promise<LoadResult> {
  const mistakes = new Mistakes();
  const read = await readSources(request.paths, request.read, mistakes);
  const sources = read.map(({ file, text }) => ({ file, text }));
  for (const source of read) tellCredentials(source, mistakes);
  const documents = read.flatMap((source: Source) => parseYaml(source, mistakes));
  const incomplete = mistakes.textLost;
  const trusted = trustedEnv(documents);
  for (const document of documents) {
    await interpolate(document, { read: request.read, env: request.env, trustedEnv: trusted, mistakes });
  }
  const compiled = compile(documents, incomplete, request, mistakes);
  if (compiled.configuration.services.length === 0) tellEmpty(read, documents.length === 0, mistakes);
  if (mistakes.errors > 0) return { ok: false, diagnostics: mistakes.inOrder(), sources };
  return { ok: true, loaded: { ...compiled, sources, findings: mistakes.inOrder() } };
}

function compile(documents: readonly YamlNode[], incomplete: boolean, request: LoadRequest, mistakes: Mistakes) {
  const declarations = gather(documents, mistakes);
  const names = namesOf(declarations, incomplete, mistakes);
  const root = compileRoot(declarations, mistakes);
  const services: Service[] = [];
  const capabilities: Capability[] = [];
  const probes: CompiledProbe[] = [];
  const probeContext = {
    kinds: request.kinds,
    language: languages(),
    defaults: root.defaults,
    trustedPrograms: root.trustedPrograms,
    names,
    mistakes,
  };
  for (const declaration of declarations.services.values()) {
    const service = compileService(declaration, names, mistakes);
    services.push(service.service);
    capabilities.push(...service.capabilities);
    probes.push(...compileProbes(service, probeContext));
  }
  const channels = compileChannels(declarations, request.channelKinds, names, mistakes);
  const content: Omit<Configuration, 'hash'> = {
    ...root.paging,
    services: services.toSorted(byId),
    capabilities: capabilities.toSorted(byId),
    probes: probes.map(({ probe }) => probe).toSorted(byId),
    channels: channels.map(({ channel }) => channel).toSorted(byId),
    routes: compileRoutes(declarations, names, mistakes),
    maintenance: compileMaintenance(declarations, names, mistakes),
  };
  const configuration: Configuration = { hash: hashConfiguration(content), ...content };
  return {
    configuration,
    probes: new Map(probes.map(({ probe, ...rest }) => [probe.id, rest] as const)),
    channels: new Map(channels.map(({ channel, options }) => [channel.id, { kind: channel.kind, options }] as const)),
    ...root.daemon,
  };
}

/** Nothing to watch is never meant: a file was emptied, or another folder was. A reload takes no empty files. */
function tellEmpty(read: readonly Source[], nothing: boolean, mistakes: Mistakes): void {
  const [first] = read;
  if (first === undefined || mistakes.errors > 0) return;
  const where = read.length === 1 ? first.file : `any of ${read.length} files`;
  const told = {
    code: 'config/empty',
    place: first.place(0, 0),
    subject: 'services',
    message: nothing ? `nothing is written in ${where}` : `no service is declared in ${where}: nothing is watched`,
    help: 'declare one: services: { payments: { external: true, probe: https://pay.example/health } }',
  };
  if (nothing) mistakes.error(told);
  else mistakes.finding('error', told);
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return compareText(a.id, b.id);
}
