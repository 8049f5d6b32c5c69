import { randomBytes } from 'node:crypto';
import { Secret } from '../../model/secret.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { attemptOf, factsOfAnswer, requestOf } from '../http/attempt.ts';
import { keepBody } from '../http/body.ts';
import type { HttpAttempt } from '../http/measured.ts';
import { isWanted } from '../http/status.ts';
import { elapsed } from '../net/connection.ts';
import { deadlineWithin, lingering } from '../net/deadline.ts';
import { httpExchange, type HttpExchange } from '../net/http-exchange.ts';
import { maskFor, maskForBody, type Mask } from '../net/mask.ts';
import { politeExchange } from '../net/polite-exchange.ts';
import { ownFaultOf } from '../net/stopped.ts';
import { capture, type Capture, type Captured } from './captures.ts';
import { fillRequest } from './fill.ts';
import { findingOfStep } from './judge.ts';
import type { FlowMeasured, FlowStepMeasured, KeptCapture } from './measured.ts';
import type { FlowOptions, FlowRequest, FlowStep } from './options.ts';
import { referencesIn, RUN, textsOf } from './references.ts';

/** Of the run's time, what is kept for the cleanup; at most a quarter. */
const MAX_CLEANUP_MS = 2_000;
/** What the cleanup may take once the run has been told to end: less than anybody waits for it. */
const LINGER_MS = 200;

/**
 * Takes the steps in order until one fails, then cleans up. The cleanup has a time of its own: it is not what a
 * slow step or a stopping monitor leaves undone.
 */
export async function runFlow(options: FlowOptions, context: RunContext): Promise<FlowMeasured> {
  const began = context.monotonic();
  const walk = new FlowWalk(options);
  const cleanupMs = options.cleanup.length === 0 ? 0 : Math.min(MAX_CLEANUP_MS, context.timeoutMs / 4);
  await walk.takeSteps(context, cleanupMs === 0 ? undefined : context.timeoutMs - cleanupMs);
  const lastMs = began + context.timeoutMs + LINGER_MS;
  if (walk.hasAsked()) await walk.cleanUp(context, lastMs);
  return walk.measured(context.startedAt);
}

/** One walk through a flow: what was captured and what was measured so far. */
class FlowWalk {
  readonly #options: FlowOptions;
  readonly #captured = new Map<string, Captured>();
  readonly #steps: FlowStepMeasured[] = [];
  readonly #cleanup: FlowStepMeasured[] = [];
  #first: HttpExchange | undefined;

  constructor(options: FlowOptions) {
    this.#options = options;
    const nonce = randomBytes(8).toString('hex');
    this.#captured.set(`${RUN}.nonce`, { value: nonce, text: nonce, secret: false });
  }

  async takeSteps(context: RunContext, timeoutMs: number | undefined): Promise<void> {
    using deadline = deadlineWithin(context.signal, timeoutMs);
    for (const step of this.#options.steps) {
      const taken = await this.#take(step, step, { ...context, signal: deadline.signal });
      this.#steps.push(taken);
      if (findingOfStep(taken, step) !== undefined) return;
    }
  }

  /** Whether anything may have come about that needs cleaning up: a request went out. */
  hasAsked(): boolean {
    return this.#steps.some(({ attempt }) => attempt !== undefined && wasSent(attempt));
  }

  async cleanUp(context: RunContext, lastMs: number): Promise<void> {
    using linger = lingering(context.signal, LINGER_MS);
    const todo = this.#options.cleanup.filter((request) => this.#knowsAll(request));
    for (const [index, request] of todo.entries()) {
      // One that hangs must not take the time of those after it.
      const shareMs = Math.max(1, (lastMs - context.monotonic()) / (todo.length - index));
      using deadline = deadlineWithin(linger.signal, shareMs);
      this.#cleanup.push(await this.#take(request, undefined, { ...context, signal: deadline.signal }));
    }
  }

  measured(startedAt: number): FlowMeasured {
    const last = this.#steps.at(-1);
    const failing = this.#steps.find((taken) => {
      const step = this.#options.steps.find(({ name }) => name === taken.name);
      return step !== undefined && findingOfStep(taken, step) !== undefined;
    });
    const deciding = failing?.attempt ?? this.#steps[0]?.attempt;
    const ownFault = ownFaultOf(last?.attempt?.stopped);
    return {
      facts: this.#first === undefined ? {} : factsOfAnswer(this.#first, this.#steps[0]?.attempt, this.#first.tls),
      ...(deciding !== undefined && { phases: deciding.phases, address: deciding.address }),
      ...(ownFault !== undefined && {
        ownFault: { ...ownFault, message: `step ${last?.name}: ${ownFault.message}` },
      }),
      startedAt,
      steps: this.#steps,
      cleanup: this.#cleanup,
    };
  }

  async #take(written: FlowRequest, step: FlowStep | undefined, context: RunContext): Promise<FlowStepMeasured> {
    const { name } = written;
    const filled = fillRequest(written, this.#captured);
    if ('stopped' in filled) return { name, unfit: filled.stopped, captures: {} };
    const { request } = filled;
    const began = context.monotonic();
    const { tls, resolver, family } = this.#options;
    const send = isWanted(429, written.expect.status) ? httpExchange : politeExchange;
    const fields = { resolver, family, ...withoutUndefined(request), tls: request.tls ?? tls };
    const exchange = await send(requestOf(fields, undefined), context);
    this.#first ??= exchange;
    const ms = elapsed(context, began);
    const taken = step === undefined ? [] : this.#capture(step, exchange);
    const mask = this.#mask(request, exchange);
    const bodyMask = maskForBody(mask, exchange);
    const attempt = attemptOf(exchange, ms, mask, (body) => keepBody(body, written.expect, bodyMask, request.expect));
    return { name, attempt, captures: Object.fromEntries(taken.map(([key, one]) => [key, kept(one, mask)])) };
  }

  #capture(step: FlowStep, exchange: HttpExchange): readonly (readonly [string, Capture])[] {
    return Object.entries(step.capture).map(([name, from]) => {
      const taken = capture(exchange, from, !step.reveal.includes(name));
      if (taken.kind === 'captured') this.#captured.set(`${step.name}.${name}`, taken.captured);
      return [name, taken] as const;
    });
  }

  #mask(request: FlowRequest, exchange: HttpExchange): Mask {
    const secrets = [...this.#captured.values()].filter(({ secret }) => secret).map(({ text }) => new Secret(text));
    return maskFor([this.#options, request], [exchange.token, ...secrets]);
  }

  #knowsAll(request: FlowRequest): boolean {
    return [...textsOf(request)].every(({ text }) => referencesIn(text).every((name) => this.#captured.has(name)));
  }
}

function kept(taken: Capture, mask: Mask): KeptCapture {
  if (taken.kind === 'missing') return { ...taken, got: mask.text(taken.got) };
  const { secret, text } = taken.captured;
  return { kind: 'captured', shown: secret ? '<secret>' : mask.text(text).slice(0, 200) };
}

function wasSent({ status, redirects, stopped }: HttpAttempt): boolean {
  return status !== undefined || redirects.length > 0 || stopped?.at === 'headers';
}

/** A field of the step that is absent must not hide that of the flow. */
function withoutUndefined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
