import type { Anchor, Configuration } from '../model/configuration.ts';
import { Secret } from '../model/secret.ts';
import type { AllowRules, Auth, LoadedConfiguration, ServerSettings } from '../ports/loaded.ts';
import type { z } from 'zod';
import { RATIO, tellRatio } from './compile-probe.ts';
import { tellConfirmPace, tellUnlessSaneEvery } from './compile-schedule.ts';
import type { Declarations, SectionName } from './gather.ts';
import {
  DeadmanSchema,
  DefaultsSchema,
  LogSchema,
  ServerSchema,
  TelemetrySchema,
  TrustSchema,
  VantageSchema,
} from './grammar/root.ts';
import { isLoopback } from './grammar/tcp-address.ts';
import type { Mistakes } from './mistakes.ts';
import { tellInlineSecret } from './own-options.ts';
import { readFields } from './read-fields.ts';
import type { Fields } from './read-fields.ts';
import { secretsIn } from './schema-shape.ts';
import { child, placeOf } from './yaml-tree.ts';
import type { YamlNode } from './yaml-tree.ts';

/** The root file's sections, read and completed with defaults. */
export interface CompiledRoot {
  readonly paging: Pick<
    Configuration,
    'instance' | 'serverOwner' | 'publicUrl' | 'pageAfterMs' | 'hold' | 'causeWithinMs' | 'remindMs' | 'anchors'
  >;
  readonly daemon: Pick<LoadedConfiguration, 'server' | 'log' | 'telemetry' | 'deadman'>;
  /** What probes take where they say nothing themselves. */
  readonly defaults: Fields<typeof DefaultsSchema>;
  readonly trustedPrograms: readonly string[];
}

/** Reads server, defaults, vantage, deadman, trust, log and telemetry. */
export function compileRoot(declarations: Declarations, mistakes: Mistakes): CompiledRoot {
  const section = <S extends z.ZodObject>(name: SectionName, schema: S): Fields<S> => {
    const found = declarations.sections.get(name);
    if (found === undefined) return schema.partial().parse({}) as Fields<S>;
    return readFields(schema, { node: found.node, at: found.key, subject: name, name }, mistakes);
  };
  const serverNode = declarations.sections.get('server')?.node;
  const server = section('server', ServerSchema);
  const defaults = section('defaults', DefaultsSchema);
  const log = section('log', LogSchema);
  const telemetry = section('telemetry', TelemetrySchema);
  const trust = section('trust', TrustSchema);
  if (serverNode !== undefined)
    for (const node of secretsIn(ServerSchema, serverNode)) tellInlineSecret(node, 'server', mistakes);
  tellDefaults(defaults, declarations.sections.get('defaults')?.node, mistakes);
  const holdAt = child(declarations.sections.get('defaults')?.node, 'hold');
  return {
    paging: {
      instance: server.instance ?? 'tocsin',
      ...(server.owner === undefined ? {} : { serverOwner: server.owner }),
      ...(server.publicUrl === undefined ? {} : { publicUrl: server.publicUrl }),
      pageAfterMs: pageAfterOf(defaults.pageAfter),
      hold: holdOf(defaults.hold, holdAt, mistakes),
      causeWithinMs: defaults.causeWithin ?? 90_000,
      remindMs: defaults.remind ?? 3_600_000,
      anchors: (section('vantage', VantageSchema).anchors ?? []).map(anchorOf),
    },
    daemon: {
      server: serverOf(server, serverNode, mistakes),
      log: {
        path: log.path ?? './data',
        keepMs: log.keep ?? 30 * 86_400_000,
        keepIncidents: log.keepIncidents ?? 'forever',
      },
      telemetry: {
        ...(telemetry.otlp === undefined ? {} : { otlp: telemetry.otlp }),
        metrics: telemetry.metrics ?? true,
      },
      ...deadmanOf(declarations, section),
    },
    defaults,
    trustedPrograms: trust.exec ?? [],
  };
}

/** What contradicts itself among the defaults, told once and not at every probe. */
function tellDefaults(
  { ratio, confirm, every, timeout }: Fields<typeof DefaultsSchema>,
  node: YamlNode | undefined,
  mistakes: Mistakes,
): void {
  const whole = { failures: ratio?.failures ?? RATIO.failures, of: ratio?.of ?? RATIO.of };
  const ratioAt = child(node, 'ratio');
  if (ratioAt !== undefined && whole.failures > whole.of) tellRatio(whole, ratioAt, 'defaults', mistakes);
  const confirmAt = child(child(node, 'confirm'), 'every');
  if (confirmAt !== undefined) tellConfirmPace(confirm?.every, every, confirmAt, 'defaults', mistakes);
  const timeoutAt = child(node, 'timeout');
  if (timeoutAt !== undefined && timeout !== undefined && timeout < 1) {
    const message = 'timeout must be longer than nothing';
    mistakes.error({ code: 'config/range', place: placeOf(timeoutAt), subject: 'defaults.timeout', message });
  }
  const everyAt = child(node, 'every');
  if (everyAt !== undefined && every !== undefined) tellUnlessSaneEvery(every, everyAt, 'defaults', mistakes);
}

const PAGE_AFTER_MS = [30_000, 60_000, 300_000, 300_000] as const;

function pageAfterOf(written: Fields<typeof DefaultsSchema>['pageAfter']): Configuration['pageAfterMs'] {
  if (typeof written === 'number') return [written, written, written, written];
  const [zero, one, two, three] = PAGE_AFTER_MS;
  // Tiers 2 and 3 wait alike unless something is said of 3 itself.
  return [written?.[0] ?? zero, written?.[1] ?? one, written?.[2] ?? two, written?.[3] ?? written?.[2] ?? three];
}

function holdOf(
  written: Fields<typeof DefaultsSchema>['hold'],
  node: YamlNode | undefined,
  mistakes: Mistakes,
): Configuration['hold'] {
  const minMs = written?.min ?? 5000;
  // A written minimum above the default maximum moves it along.
  const maxMs = written?.max ?? Math.max(20_000, minMs);
  if (minMs > maxMs && node !== undefined) {
    mistakes.error({
      code: 'config/range',
      place: placeOf(node),
      subject: 'defaults.hold',
      message: 'hold.min is longer than hold.max',
    });
  }
  return { minMs: Math.min(minMs, maxMs), maxMs, afterMs: written?.after ?? 120_000 };
}

function serverOf(server: Fields<typeof ServerSchema>, node: YamlNode | undefined, mistakes: Mistakes): ServerSettings {
  const listen = server.listen ?? { host: '127.0.0.1', port: 9700 };
  if (!isLoopback(listen.host) && child(node, 'auth') === undefined) {
    mistakes.error({
      code: 'config/open-server',
      place: placeOf(child(node, 'listen') ?? (node as YamlNode)),
      subject: 'server.listen',
      message: `listening on ${listen.host} without auth would let everybody in`,
      help: 'add auth: { tokens: […] }, or say auth: none',
    });
  }
  return {
    listen,
    ...(server.publicUrl === undefined ? {} : { publicUrl: server.publicUrl }),
    auth: authOf(server.auth, child(node, 'auth'), mistakes),
    allow: allowOf(server.allow),
  };
}

function authOf(auth: Fields<typeof ServerSchema>['auth'], node: YamlNode | undefined, mistakes: Mistakes): Auth {
  if (auth === undefined) return { kind: 'default' };
  if (auth === 'none') return { kind: 'none' };
  const tokens = child(node, 'tokens');
  for (const [index, token] of auth.tokens.entries()) {
    const earlier = auth.tokens.slice(0, index);
    const item = tokens?.kind === 'list' ? tokens.items[index] : undefined;
    const tell = (field: 'name' | 'token', message: string, help: string): void => {
      const at = child(item, field) ?? item;
      if (at === undefined) return;
      mistakes.error({ code: 'config/double', place: placeOf(at), subject: 'server.auth.tokens', message, help });
    };
    if (earlier.some((one) => one.name === token.name)) {
      tell('name', `two tokens are called ${token.name}`, 'give each its own name');
      continue;
    }
    const same = earlier.find((one) => one.token.reveal() === token.token.reveal());
    if (same !== undefined) {
      tell(
        'token',
        `${token.name} has the same token as ${same.name}`,
        'make a token for each: whoever shows it is known by it',
      );
    }
  }
  return { kind: 'tokens', public: auth.public, tokens: auth.tokens };
}

function allowOf(allow: Fields<typeof ServerSchema>['allow']): AllowRules {
  return { ...(allow?.cidrs === undefined ? {} : { cidrs: allow.cidrs }), deny: allow?.deny ?? [] };
}

function anchorOf(written: NonNullable<z.output<typeof VantageSchema>['anchors']>[number]): Anchor {
  if ('tcp' in written) return { kind: 'tcp', ...written.tcp };
  return 'dns' in written ? { kind: 'dns', name: written.dns } : { kind: 'http', url: written.http };
}

function deadmanOf(
  { sections }: Declarations,
  section: (name: 'deadman', schema: typeof DeadmanSchema) => Fields<typeof DeadmanSchema>,
): Pick<LoadedConfiguration, 'deadman'> {
  if (!sections.has('deadman')) return {};
  const { url, every } = section('deadman', DeadmanSchema);
  return url === undefined ? {} : { deadman: { url: new Secret(url), everyMs: every ?? 60_000 } };
}
