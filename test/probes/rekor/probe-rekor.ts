import type { Judgement } from '../../../src/model/run.ts';
import { rekor } from '../../../src/probes/rekor.ts';
import type { RekorMeasured } from '../../../src/probes/rekor/measured.ts';
import type { MiniRekor } from '../../../src/world/rekor.ts';
import { runContext, type ContextWishes } from '../run-context.ts';

/** One run, as a test wants to look at it. */
export interface Probed {
  readonly measured: RekorMeasured;
  readonly judgement: Judgement;
  /** What the run left for the next one; undefined where it left nothing. */
  readonly memory: unknown;
}

export interface ProbeSettings extends Omit<ContextWishes, 'names' | 'resolver'> {
  /** What an earlier run left. */
  readonly memory?: unknown;
  /** What the name `rekor.test` resolves to. */
  readonly addresses?: readonly string[];
}

/** Options for a probe of this log through `url`, as a configuration would write them. */
export function optionsFor(log: MiniRekor, url = log.url): Record<string, unknown> {
  return { url, publicKey: log.publicKeyPem, treeIds: [log.treeId], entry: log.canary };
}

/** The URL with `rekor.test` for its host, so that the run resolves a name. */
export function named(url: string): string {
  return url.replace(/\/\/[^:/]+/, '//rekor.test');
}

/** Runs the kind once, for real, and judges what it measured after a round trip through JSON, as the log would. */
export async function probeRekor(
  raw: Record<string, unknown>,
  { memory = null, addresses, ...wishes }: ProbeSettings = {},
): Promise<Probed> {
  const options = rekor.schema.parse(raw);
  let left: unknown;
  const context = {
    ...runContext({ ...wishes, names: addresses === undefined ? {} : { 'rekor.test': addresses } }),
    memory,
    remember: (given: unknown) => {
      left = given;
    },
  };
  const measured = await rekor.run(options, context);
  const stored = JSON.parse(JSON.stringify(measured)) as RekorMeasured;
  return { measured, judgement: rekor.judge(stored, options), memory: left };
}

/** Name and outcome of each step, for comparison. */
export function outcomes(judgement: Judgement): readonly string[] {
  return judgement.steps.map((step) => `${step.name}: ${step.outcome}`);
}
