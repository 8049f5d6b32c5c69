import { z } from 'zod';
import { parseJson } from '../net/mask.ts';

/** One series' value at the moment of the query. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** JSON has no infinities: `+Inf` and `-Inf` stay words. */
  readonly value: number | '+Inf' | '-Inf';
}

/**
 * What an instant query came to. Whether all values keep within bounds is decided by the lowest and the highest,
 * so those are kept however many there are; of the others only the first.
 */
export interface QueryValues {
  readonly kind: 'values';
  /** How many series have a number. */
  readonly count: number;
  /** How many have none: not a number, as 0/0 is. They count as absent. */
  readonly nan: number;
  readonly samples: readonly Sample[];
  readonly lowest?: Sample;
  readonly highest?: Sample;
  /** What the server says its answer may lack. */
  readonly warnings: readonly string[];
}

/** The server could not or would not evaluate the query. `type` is from a closed set of its API. */
export interface QueryRefusal {
  readonly kind: 'refusal';
  readonly type: string;
  readonly message: string;
}

/** What a body amounts to. `unusable`: well-formed, but not a number (a range, a text, a histogram). */
export type QueryAnswer =
  | QueryValues
  | QueryRefusal
  | { readonly kind: 'unusable'; readonly what: string }
  | { readonly kind: 'no-answer'; readonly start: string };

/** Kept for assertions and for people; `lowest` and `highest` stand beside them. */
const MAX_SAMPLES = 50;
const MAX_LABELS = 10;
const MAX_LABEL = 60;
const MAX_TEXT = 300;

const point = z.tuple([z.number(), z.string()]);
const series = z.object({
  metric: z.record(z.string(), z.string()),
  value: point.optional(),
  histogram: z.unknown().optional(),
});
const success = z.object({
  status: z.literal('success'),
  data: z.object({ resultType: z.enum(['vector', 'scalar', 'matrix', 'string']), result: z.array(z.unknown()) }),
  warnings: z.array(z.string()).nullish(),
});
const refusal = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });

/** The answer in a body of `/api/v1/query`. Never throws. */
export function parseAnswer(body: string): QueryAnswer {
  const json = parseJson(body);
  const refused = refusal.safeParse(json);
  if (refused.success) {
    const { errorType, error } = refused.data;
    return { kind: 'refusal', type: errorType.slice(0, 50), message: error.slice(0, MAX_TEXT) };
  }
  const parsed = success.safeParse(json);
  if (!parsed.success) return noAnswer(body);
  const { data, warnings } = parsed.data;
  const said = (warnings ?? []).slice(0, 10).map((warning) => warning.slice(0, MAX_TEXT));
  switch (data.resultType) {
    case 'scalar': {
      const one = point.safeParse(data.result);
      return one.success ? valuesOf([{ metric: {}, value: one.data }], said) : noAnswer(body);
    }
    case 'vector': {
      const many = z.array(series).safeParse(data.result);
      if (!many.success) return noAnswer(body);
      if (many.data.some((one) => one.value === undefined)) return { kind: 'unusable', what: 'a histogram' };
      return valuesOf(many.data, said);
    }
    case 'matrix':
      return { kind: 'unusable', what: 'a range of values for each series' };
    case 'string':
      return { kind: 'unusable', what: 'a text' };
  }
}

/** The number of a sample. */
export function numberOf({ value }: Sample): number {
  if (value === '+Inf') return Number.POSITIVE_INFINITY;
  return value === '-Inf' ? Number.NEGATIVE_INFINITY : value;
}

function noAnswer(body: string): QueryAnswer {
  return { kind: 'no-answer', start: body.slice(0, MAX_TEXT) };
}

function valuesOf(all: readonly z.output<typeof series>[], warnings: readonly string[]): QueryAnswer {
  const samples: Sample[] = [];
  let nan = 0;
  for (const { metric, value } of all) {
    const number = parseSample(value?.[1] ?? '');
    if (number === undefined) return { kind: 'unusable', what: `a value of ${JSON.stringify(value).slice(0, 50)}` };
    if (number === 'NaN') nan += 1;
    else samples.push({ labels: boundedLabels(metric), value: number });
  }
  const [lowest, highest] = extremes(samples);
  return {
    kind: 'values',
    count: samples.length,
    nan,
    samples: samples.slice(0, MAX_SAMPLES),
    ...(lowest !== undefined && { lowest }),
    ...(highest !== undefined && { highest }),
    warnings,
  };
}

function parseSample(text: string): Sample['value'] | 'NaN' | undefined {
  if (text === '+Inf' || text === '-Inf' || text === 'NaN') return text;
  if (!/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

function extremes(samples: readonly Sample[]): readonly [Sample | undefined, Sample | undefined] {
  let [lowest, highest] = [samples[0], samples[0]];
  for (const sample of samples) {
    if (lowest !== undefined && numberOf(sample) < numberOf(lowest)) lowest = sample;
    if (highest !== undefined && numberOf(sample) > numberOf(highest)) highest = sample;
  }
  return [lowest, highest];
}

function boundedLabels(metric: Readonly<Record<string, string>>): Sample['labels'] {
  const kept = Object.entries(metric).slice(0, MAX_LABELS);
  return Object.fromEntries(kept.map(([name, value]) => [name.slice(0, MAX_LABEL), value.slice(0, MAX_LABEL)]));
}
