import { onDemandBySchedule } from '../core/diagnose/verify.ts';
import type { Pin, Place, Probe, Service } from '../model/configuration.ts';
import type { ProbeId } from '../model/ids.ts';
import type { Evaluate, Json } from '../model/run.ts';
import type { AllowRules } from '../ports/loaded.ts';
import type { ProbeKind } from '../ports/probe-kind.ts';
import { compileAssertion } from './compile-assertion.ts';
import type { AssertionLanguage } from './assertion-language.ts';
import { sorted } from './canonical-json.ts';
import { compileProves } from './compile-proves.ts';
import { compileSchedule } from './compile-schedule.ts';
import { AssertionSchema, ProbeSchema } from './grammar/probe.ts';
import type { ProbeDefaultsSchema } from './grammar/probe.ts';
import { PINNABLE } from './grammar/pin-value.ts';
import { hashOf } from './hash-configuration.ts';
import type { Mistakes } from './mistakes.ts';
import type { Names } from './names.ts';
import { ownOptions, withKeys } from './own-options.ts';
import type { WithKind } from './own-options.ts';
import { readFields, readItems, withNodes } from './read-fields.ts';
import type { Fields } from './read-fields.ts';
import { child, placeOf, placeWithin } from './yaml-tree.ts';
import type { YamlNode } from './yaml-tree.ts';

const COMMON_KEYS = Object.keys(ProbeSchema.shape);

/** What is common to all probes of one load. */
export interface ProbeContext {
  readonly kinds: ReadonlyMap<string, ProbeKind>;
  /** One language a kind, made when first asked for. */
  readonly language: (kind: ProbeKind) => AssertionLanguage;
  readonly defaults: Fields<typeof ProbeDefaultsSchema>;
  readonly trustedPrograms: readonly string[];
  readonly names: Names;
  readonly mistakes: Mistakes;
}

/** A probe, and beside it what must not be in the configuration: secrets and functions. */
export interface CompiledProbe {
  readonly probe: Probe;
  readonly options: unknown;
  readonly assertions: readonly Evaluate[];
  readonly allow?: AllowRules;
}

/** A probe as it is written: under `probes`, or as `probe: URL`. */
export interface WrittenProbe {
  readonly name: string;
  /** The key it stands under. */
  readonly key: YamlNode;
  readonly node: YamlNode;
  readonly kind: ProbeKind;
  /** Options that `probe: URL` means; the node is then the URL, and there are no fields. */
  readonly implied?: WithKind['implied'];
}

/** Compiles one probe; undefined, and told, where its options are wrong. */
export function compileProbe(
  written: WrittenProbe,
  service: Service,
  context: ProbeContext,
): CompiledProbe | undefined {
  const { kind, key, name } = written;
  const { mistakes, defaults } = context;
  const subject = `services.${service.id}.probes.${name}`;
  const { node } = written;
  const options = ownOptions({ ...written, common: COMMON_KEYS, subject }, mistakes);
  const common = withKeys(node, (field) => COMMON_KEYS.includes(field));
  const fields = readFields(ProbeSchema, { node: common, at: key, subject, name }, mistakes, ['kind', 'assert']);
  const schedule = compileSchedule(
    { probe: `${service.id}/${name}`, fields, defaults, node, kind, tier: service.tier, options },
    mistakes,
  );
  const proves = compileProves({ fields, node, key, kind, options, service: service.id }, context.names);
  const asserted = assertionsOf(node, context.language(kind), subject, mistakes);
  const allow = mergedAllow(fields.allow, defaults.allow);
  if (options === undefined) return undefined;
  const shownOptions = sorted(options) as Json;
  const probe: Probe = {
    id: `${service.id}/${name}` as ProbeId,
    service: service.id,
    name,
    kind: kind.name,
    schedule: schedule.schedule,
    timeoutMs: schedule.timeoutMs,
    confirm: {
      failures: fields.confirm?.failures ?? defaults.confirm?.failures ?? 3,
      everyMs: fields.confirm?.every ?? defaults.confirm?.every ?? 5000,
    },
    recover: { successes: fields.recover?.successes ?? defaults.recover?.successes ?? 2 },
    ratio: ratioOf(fields, defaults, node, subject, mistakes),
    ...effectOf(fields.effect ?? defaults.effect),
    notify: fields.notify ?? defaults.notify ?? 'page',
    proves,
    deep: kind.deep(options),
    onDemand: fields.onDemand ?? defaults.onDemand ?? (kind.traits.onDemand && onDemandBySchedule(schedule.schedule)),
    assert: asserted.assert,
    pins: pinsOf(fields, { node, kind, subject }, mistakes),
    watch: sorted({ ...defaults.watch, ...fields.watch }) as Probe['watch'],
    enabled: fields.enabled ?? true,
    options: shownOptions,
    optionsHash: hashOf({ kind: kind.name, options: shownOptions }),
    places: placesOf(node),
    place: placeOf(key),
  };
  return {
    probe,
    options,
    assertions: asserted.evaluate,
    ...(allow === undefined ? {} : { allow }),
  };
}

/** What `ratio` is where nobody says. */
export const RATIO = { failures: 4, of: 12 } as const;

/** Where lint points for what has no place of its own. */
function placesOf(node: YamlNode): NonNullable<Probe['places']> {
  const at = (key: string): Place | undefined => {
    const found = child(node, key);
    return found && placeOf(found);
  };
  const [ratio, timeout, schedule] = [at('ratio'), at('timeout'), at('cron') ?? at('every')];
  return {
    ...(ratio === undefined ? {} : { ratio }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(schedule === undefined ? {} : { schedule }),
  };
}

const PLAIN_ASSERTION = { because: undefined, class: 'semantic.assertion' } as const;

type ProbeFields = Fields<typeof ProbeSchema>;
type Defaults = ProbeContext['defaults'];

function effectOf(effect: 'down' | 'degraded' | undefined): { effect?: 'down' | 'degraded' } {
  return effect === undefined ? {} : { effect };
}

function ratioOf(
  fields: Partial<ProbeFields>,
  defaults: Defaults,
  node: YamlNode,
  subject: string,
  mistakes: Mistakes,
): Probe['ratio'] {
  const ratio = {
    failures: fields.ratio?.failures ?? defaults.ratio?.failures ?? RATIO.failures,
    of: fields.ratio?.of ?? defaults.ratio?.of ?? RATIO.of,
  };
  const written = child(node, 'ratio');
  if (ratio.failures > ratio.of && written !== undefined) {
    tellRatio(ratio, written, subject, mistakes);
  }
  return ratio;
}

/** A ratio that no number of failures ever reaches. */
export function tellRatio(
  { failures, of }: Probe['ratio'],
  written: YamlNode,
  subject: string,
  mistakes: Mistakes,
): void {
  const message = `ratio asks for ${failures} failures of ${of} runs`;
  const help = `failures is at most ${of}`;
  mistakes.error({ code: 'config/range', place: placeOf(written), subject: `${subject}.ratio`, message, help });
}

function assertionsOf(
  node: YamlNode,
  language: AssertionLanguage,
  subject: string,
  mistakes: Mistakes,
): { readonly assert: Probe['assert']; readonly evaluate: readonly Evaluate[] } {
  const assert: Probe['assert'][number][] = [];
  const evaluate: Evaluate[] = [];
  for (const [written, at] of readItems(AssertionSchema, node, 'assert', { subject, mistakes, single: true })) {
    const expression = typeof written === 'string' ? written : written.that;
    const where = child(at, 'that') ?? at;
    const compiled = compileAssertion(expression, language);
    if (compiled.ok) {
      const { because, class: failureClass } = typeof written === 'string' ? PLAIN_ASSERTION : written;
      assert.push({
        that: expression,
        ...(because === undefined ? {} : { because }),
        class: failureClass,
        place: placeOf(at),
      });
      evaluate.push(compiled.evaluate);
      continue;
    }
    const { code, message, help, start, length } = compiled.problem;
    const place = where.kind === 'scalar' ? placeWithin(where, expression, start, length) : placeOf(where);
    mistakes.error({ code, place, subject: `${subject}.assert`, message, help });
  }
  return { assert, evaluate };
}

/** A pin of what no run brings home never holds, and would page for it. */
function tellFactsNeverMeasured(
  pinned: readonly string[],
  at: { readonly written: YamlNode | undefined; readonly kind: ProbeKind; readonly subject: string },
  mistakes: Mistakes,
): void {
  const { written, kind, subject } = at;
  const { facts } = kind.traits;
  if (facts === undefined || written?.kind !== 'map') return;
  const pinnable = PINNABLE.filter((fact) => facts.includes(fact));
  for (const fact of pinned.filter((one) => !facts.includes(one))) {
    mistakes.error({
      code: 'config/value',
      place: placeOf(written.entries.get(fact)?.key ?? written),
      subject: `${subject}.pin.${fact}`,
      message: `${kind.name} never measures ${fact}, so this pin could not hold`,
      help: pinnable.length === 0 ? `nothing of ${kind.name} can be pinned` : `of ${kind.name}: ${pinnable.join(', ')}`,
    });
  }
}

function pinsOf(
  fields: Partial<ProbeFields>,
  { node, kind, subject }: { readonly node: YamlNode; readonly kind: ProbeKind; readonly subject: string },
  mistakes: Mistakes,
): readonly Pin[] {
  const written = child(node, 'pin');
  tellFactsNeverMeasured(Object.keys(fields.pin ?? {}), { written, kind, subject }, mistakes);
  return Object.entries(fields.pin ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([fact, values]) => ({
      fact,
      values: withNodes(values ?? [], child(written, fact)).map(([value, at]) => {
        if (typeof value === 'string') return { value };
        const { from, until } = value;
        if (from !== undefined && until !== undefined && from >= until) {
          const message = `the pin ${value.value} is never valid: it ends before it begins`;
          mistakes.error({ code: 'config/range', place: placeOf(at), subject: `${subject}.pin.${fact}`, message });
        }
        return {
          value: value.value,
          ...(from === undefined ? {} : { from }),
          ...(until === undefined ? {} : { until }),
        };
      }),
    }));
}

/** A probe's own rules narrow the defaults: its ranges instead of theirs, and both denials. */
function mergedAllow(
  own: { cidrs?: string[] | undefined; deny: string[] } | undefined,
  defaults: { cidrs?: string[] | undefined; deny: string[] } | undefined,
): AllowRules | undefined {
  if (own === undefined && defaults === undefined) return undefined;
  const cidrs = own?.cidrs ?? defaults?.cidrs;
  const deny = [...(defaults?.deny ?? []), ...(own?.deny ?? [])];
  return { ...(cidrs === undefined ? {} : { cidrs }), deny };
}
