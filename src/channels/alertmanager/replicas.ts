import type { Secret } from '../../model/secret.ts';
import type { DeliverContext, Delivery, Receipt } from '../../ports/channel-kind.ts';
import { callJson } from '../attempt/call-json.ts';
import { post } from '../attempt/post.ts';
import { verdict } from '../attempt/verdict.ts';
import type { Alert } from './alert.ts';

/** The members of a cluster; each must be told everything, they agree among themselves on who tells people. */
export interface Replicas {
  readonly urls: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly ca: string | undefined;
  readonly secrets: readonly Secret[];
}

type Context = Pick<DeliverContext, 'signal' | 'now'>;

/** An alert, and until when it holds (milliseconds since 1970): ahead while it lasts, behind when it is over. */
export interface TimedAlert {
  readonly alert: Alert;
  readonly endsAt: number;
}

/**
 * Tells every replica at once (`POST /api/v2/alerts`). Told is who told one of them: the others hear it from that
 * one, and by the next repetition. Alerts that were told before are only prolonged.
 */
export async function tellReplicas(
  { urls, headers, ca, secrets }: Replicas,
  alerts: readonly TimedAlert[],
  context: Context,
): Promise<Delivery> {
  const body = JSON.stringify(
    alerts.map(({ alert, endsAt }) => ({ ...alert, endsAt: new Date(endsAt).toISOString() })),
  );
  const told = await Promise.all(
    urls.map(async (url): Promise<Delivery> => {
      const answer = await post({
        url: `${url.replace(/\/$/, '')}/api/v2/alerts`,
        headers: { 'user-agent': 'tocsin', ...headers, 'content-type': 'application/json' },
        body,
        ca,
        signal: context.signal,
      });
      return verdict(answer, { tried: `alert to ${new URL(url).origin}`, now: context.now, secrets });
    }),
  );
  return together(told);
}

/** Whether every replica shows an active alert with this label. */
export async function askReplicas(
  { urls, headers, ca, secrets }: Replicas,
  [label, value]: readonly [label: string, value: string],
  context: Context,
): Promise<Receipt> {
  const query = new URLSearchParams({ filter: `${label}=${JSON.stringify(value)}` }).toString();
  const answers = await Promise.all(
    urls.map(async (url): Promise<Receipt> => {
      const tried = `read alerts of ${new URL(url).origin}`;
      const address = `${url.replace(/\/$/, '')}/api/v2/alerts?${query}`;
      const { body, delivery } = await callJson({ method: 'GET', url: address, headers, ca, context, tried, secrets });
      if (delivery.kind !== 'delivered') return { kind: 'unanswered', error: delivery.error };
      if (Array.isArray(body) && body.length > 0) return { kind: 'seen' };
      return { kind: 'missing', error: `${tried}: there is none with ${label} ${value}` };
    }),
  );
  return (
    answers.find(({ kind }) => kind === 'missing') ??
    answers.find(({ kind }) => kind === 'unanswered') ?? { kind: 'seen', detail: `by ${answers.length}` }
  );
}

/** Delivered if anybody took it; final only if all refused it for good. */
function together(told: readonly Delivery[]): Delivery {
  const errors = told.flatMap((each) => (each.kind === 'delivered' ? [] : [each.error]));
  const taken = told.length - errors.length;
  if (taken > 0) {
    const missing = errors.length === 0 ? '' : `; ${errors.join('; ')}`;
    return { kind: 'delivered', detail: `told ${taken} of ${told.length}${missing}` };
  }
  const error = errors.join('; ');
  const retries = told.filter((each) => each.kind === 'retry');
  if (retries.length === 0) return { kind: 'failed', error };
  // Whoever may be asked first decides: one that takes it is enough.
  const afterMs = Math.min(...retries.map((each) => each.afterMs ?? 0));
  return { kind: 'retry', error, ...(afterMs > 0 ? { afterMs } : {}) };
}
