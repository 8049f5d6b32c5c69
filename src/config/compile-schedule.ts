import type { Schedule, Tier } from '../model/configuration.ts';
import type { ProbeKind } from '../ports/probe-kind.ts';
import type { ProbeDefaultsSchema, ProbeSchema } from './grammar/probe.ts';
import type { Mistakes } from './mistakes.ts';
import type { Fields } from './read-fields.ts';
import { child, placeOf } from './yaml-tree.ts';
import type { YamlNode } from './yaml-tree.ts';

const SECOND = 1000;
const EVERY_MS = 30 * SECOND;
const EVERY_TIER_0_MS = 15 * SECOND;
const TIMEOUT_MS = 10 * SECOND;
const PUSHED_EVERY_MS = 3600 * SECOND;
const GRACE_MS = 600 * SECOND;
const SHORTEST_EVERY_MS = 100;
const LONGEST_MS = 366 * 24 * 3600 * SECOND;

/** What tells when a probe runs. */
export interface ScheduleInput {
  /** `service/probe`, for findings. */
  readonly probe: string;
  readonly fields: Partial<Fields<typeof ProbeSchema>>;
  readonly defaults: Fields<typeof ProbeDefaultsSchema>;
  readonly node: YamlNode;
  readonly kind: ProbeKind;
  readonly tier: Tier | undefined;
  /** The kind's own options; a pushed kind may have its own idea of `every` and `grace`. */
  readonly options: unknown;
}

/**
 * When a probe runs, and how long it may take. What the probe itself says wins over `defaults`, these over what
 * tier 0 gets, that over what everything gets. A timeout gives way to a shorter `every`; a written one that does
 * is a finding.
 */
export function compileSchedule(
  input: ScheduleInput,
  mistakes: Mistakes,
): { readonly schedule: Schedule; readonly timeoutMs: number } {
  const schedule = scheduleOf(input, mistakes);
  const { fields, defaults, node } = input;
  const atMost = schedule.kind === 'every' ? schedule.everyMs : LONGEST_MS;
  const written = fields.timeout;
  if (written !== undefined && written < 1) {
    tell(input, 'timeout', 'timeout must be longer than nothing', undefined, mistakes);
  }
  if (written !== undefined && written > atMost) {
    mistakes.finding('error', {
      code: 'detect/window',
      place: placeOf(child(node, 'timeout') ?? node),
      subject: input.probe,
      message: `${input.probe} may take ${shown(written)} and runs every ${shown(atMost)}: a run is cut off after ${shown(atMost)}`,
      help: `a run must end before the next one begins: timeout of at most ${shown(atMost)}, or every of at least ${shown(written)}`,
    });
  }
  const confirmAt = child(child(node, 'confirm'), 'every');
  if (confirmAt !== undefined) {
    const pace = schedule.kind === 'every' ? schedule.everyMs : undefined;
    tellConfirmPace(fields.confirm?.every, pace, confirmAt, input.kind.name, mistakes);
  }
  const timeoutMs = Math.max(1, Math.min(written ?? defaults.timeout ?? TIMEOUT_MS, atMost));
  return { schedule, timeoutMs };
}

function scheduleOf(input: ScheduleInput, mistakes: Mistakes): Schedule {
  const { fields, defaults, kind, tier } = input;
  if (fields.cron !== undefined && fields.every !== undefined) {
    tell(input, 'cron', 'every and cron exclude each other', 'keep one of them', mistakes, 'config/conflict');
  }
  if (kind.traits.origin === 'pushed') return pushed(input, mistakes);
  if (fields.grace !== undefined) {
    const message = `grace belongs to kinds that others push to; ${kind.name} runs by itself`;
    tell(input, 'grace', message, undefined, mistakes, 'config/conflict');
  }
  if (fields.timezone !== undefined && fields.cron === undefined && defaults.cron === undefined) {
    tell(input, 'timezone', 'timezone means nothing without cron', undefined, mistakes, 'config/conflict');
  }
  const cron = fields.cron ?? (fields.every === undefined ? defaults.cron : undefined);
  if (cron !== undefined) {
    return { kind: 'cron', expression: cron, timezone: fields.timezone ?? defaults.timezone ?? 'UTC' };
  }
  const everyMs = fields.every ?? defaults.every ?? (tier === 0 ? EVERY_TIER_0_MS : EVERY_MS);
  if (fields.every !== undefined) tellUnlessSane(input, everyMs, mistakes);
  return { kind: 'every', everyMs };
}

function pushed(input: ScheduleInput, mistakes: Mistakes): Schedule {
  const { fields, options } = input;
  if (fields.cron !== undefined) {
    tell(
      input,
      'cron',
      `cron means nothing here: others push to ${input.kind.name}`,
      'write every: and grace:',
      mistakes,
      'config/conflict',
    );
  }
  if (fields.every !== undefined) tellUnlessSane(input, fields.every, mistakes);
  return {
    kind: 'pushed',
    everyMs: fields.every ?? numberIn(options, 'every') ?? PUSHED_EVERY_MS,
    graceMs: fields.grace ?? numberIn(options, 'grace') ?? GRACE_MS,
  };
}

function tellUnlessSane({ node, kind }: ScheduleInput, everyMs: number, mistakes: Mistakes): void {
  tellUnlessSaneEvery(everyMs, child(node, 'every') ?? node, kind.name, mistakes);
}

/** An interval that nothing could keep, or that nobody would live to see. */
export function tellUnlessSaneEvery(everyMs: number, at: YamlNode, subject: string, mistakes: Mistakes): void {
  const message =
    everyMs < SHORTEST_EVERY_MS
      ? 'every is shorter than 100ms'
      : everyMs > LONGEST_MS
        ? 'every is longer than 366d'
        : undefined;
  if (message !== undefined) mistakes.error({ code: 'config/range', place: placeOf(at), subject, message });
}

/** A re-run that comes too quickly for a target, or later than the next run comes by itself. */
export function tellConfirmPace(
  confirmEveryMs: number | undefined,
  everyMs: number | undefined,
  at: YamlNode,
  subject: string,
  mistakes: Mistakes,
): void {
  if (confirmEveryMs === undefined) return;
  const tell = (message: string, help?: string): void =>
    mistakes.error({ code: 'config/range', place: placeOf(at), subject, message, help });
  if (confirmEveryMs < SHORTEST_EVERY_MS) tell('confirm.every is shorter than 100ms');
  else if (everyMs !== undefined && confirmEveryMs > everyMs) {
    tell(
      `confirm.every is ${shown(confirmEveryMs)}, longer than every (${shown(everyMs)})`,
      'a re-run must come before the next run does by itself',
    );
  }
}

function tell(
  { node, kind }: ScheduleInput,
  key: string,
  message: string,
  help: string | undefined,
  mistakes: Mistakes,
  code = 'config/range',
): void {
  mistakes.error({ code, place: placeOf(child(node, key) ?? node), subject: kind.name, message, help });
}

function numberIn(options: unknown, key: string): number | undefined {
  const value = typeof options === 'object' && options !== null ? (options as Record<string, unknown>)[key] : undefined;
  return typeof value === 'number' ? value : undefined;
}

function shown(ms: number): string {
  return ms % SECOND === 0 ? `${ms / SECOND}s` : `${ms}ms`;
}
