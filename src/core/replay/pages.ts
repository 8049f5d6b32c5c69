import type { Decided, DecideEffect, NotifyEffect } from '../../model/effect.ts';
import type { ChannelId, IncidentId } from '../../model/ids.ts';
import type { NotifiedIncident, NotificationEvent } from '../../model/notification.ts';

/** A page or a ticket as the engine decided it: one message, whichever channels it went to. */
export interface DecidedPage {
  /** When it was decided, and by which entry. */
  readonly at: number;
  readonly n: number;
  readonly incident: IncidentId;
  readonly sequence: number;
  readonly event: NotificationEvent;
  readonly root: { readonly kind: string; readonly id: string };
  readonly class: string | null;
  readonly owner: string | null;
  readonly title: string;
  readonly startedAt: number;
  readonly reason: string;
  readonly channels: readonly ChannelId[];
}

/** The messages of one event (pages unless said otherwise) among what an entry decided; one for all its channels. */
export function pagesOf(
  { n, at, effects }: Pick<Decided, 'n' | 'at' | 'effects'>,
  event: NotificationEvent = 'page',
): readonly DecidedPage[] {
  const pages = new Map<string, DecidedPage>();
  for (const effect of effects) {
    if (effect.kind !== 'notify' || effect.notification.event !== event || effect.notification.incident === null)
      continue;
    const { incident, sequence, channel } = effect;
    const key = `${incident} ${sequence}`;
    const known = pages.get(key);
    if (known === undefined) pages.set(key, pageOf(effect, effect.notification.incident, { n, at }));
    else pages.set(key, { ...known, channels: [...known.channels, channel] });
  }
  return [...pages.values()];
}

/** The decisions among what an entry decided, without the messages. */
export function decisionsOf(effects: Decided['effects']): readonly DecideEffect[] {
  return effects.filter((effect) => effect.kind === 'decide');
}

function pageOf(effect: NotifyEffect, told: NotifiedIncident, when: { n: number; at: number }): DecidedPage {
  const { root, owner, title, startedAt } = told;
  return {
    ...when,
    incident: effect.incident,
    sequence: effect.sequence,
    event: effect.notification.event,
    root: { kind: root.kind, id: root.id },
    class: root.class,
    owner,
    title,
    startedAt: Date.parse(startedAt),
    reason: effect.notification.reason,
    channels: [effect.channel],
  };
}
