import { z } from 'zod';
import type { Judgement, Measured } from '../../../src/model/run.ts';
import type { FailureClass } from '../../../src/model/failure.ts';
import type { NotificationEvent } from '../../../src/model/notification.ts';
import type { ChannelKind, DeliverContext, Delivery } from '../../../src/ports/channel-kind.ts';
import type { ProbeKind, RunContext } from '../../../src/ports/probe-kind.ts';
import { Heard } from './heard.ts';

/** What a told probe measures: it passes unless it carries a class. */
export interface Told extends Measured {
  readonly failed?: FailureClass;
}

/** A probe kind whose runs do what the test says. */
export function toldKind(
  run: (options: unknown, context: RunContext) => Promise<Told>,
  judge: (measured: Told) => Judgement = judgeTold,
): ProbeKind {
  return {
    name: 'http',
    description: 'does what it is told',
    example: '',
    schema: z.unknown(),
    traits: { steps: [{ name: 'answer', kind: 'read' }], origin: 'run', onDemand: true, network: false },
    deep: () => true,
    run,
    judge: (measured) => judge(measured),
    receives: 'beat',
    receive: (body) => {
      if (body === 'nonsense') throw new Error('cannot be read');
      return { facts: {} };
    },
  };
}

export function judgeTold(measured: Told): Judgement {
  const failed = measured.failed;
  return failed === undefined
    ? { outcome: 'pass', steps: [{ name: 'answer', kind: 'read', outcome: 'pass', ms: 1 }], warnings: [] }
    : {
        outcome: 'fail',
        class: failed,
        message: `told to fail as ${failed}`,
        steps: [{ name: 'answer', kind: 'read', outcome: 'fail', ms: 1 }],
        warnings: [],
      };
}

/** One attempt at a message, as its receiver saw it. */
export interface Attempt {
  readonly event: NotificationEvent;
  readonly incident: string;
  readonly sequence: number;
  readonly key: string;
  readonly sentAt: string;
  readonly thread: unknown;
}

/** A channel whose receiver behaves as the test says; everything that reaches it is heard. */
export function toldChannel(
  answer: (attempt: Attempt, context: DeliverContext) => Promise<Delivery> | Delivery = () => ({ kind: 'delivered' }),
): { readonly kind: ChannelKind; readonly heard: Heard<Attempt> } {
  const heard = new Heard<Attempt>();
  const kind: ChannelKind = {
    name: 'webhook',
    description: 'does what it is told',
    example: '',
    schema: z.unknown(),
    deliver: async (_options, notification, context) => {
      const attempt: Attempt = {
        event: notification.event,
        incident: notification.incident?.id ?? 'none',
        sequence: notification.sequence,
        key: context.idempotencyKey,
        sentAt: notification.sentAt,
        thread: context.thread,
      };
      heard.hear(attempt);
      return answer(attempt, context);
    },
  };
  return { kind, heard };
}

/** Ends only when its signal says so. */
export function untilAborted<Result>(signal: AbortSignal, result: () => Result): Promise<Result> {
  if (signal.aborted) return Promise.resolve(result());
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(result())));
}
