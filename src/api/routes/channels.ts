import type { ChannelId } from '../../model/ids.ts';
import { instant } from '../instant.ts';
import {
  arrayOf,
  FLAG,
  listOf,
  named,
  NULLABLE_INSTANT,
  NULLABLE_TEXT,
  object,
  request,
  TEXT,
} from '../json-schema.ts';
import type { FromSchema } from '../json-schema.ts';
import { ok, operation, READ } from '../operation.ts';
import { refused } from '../problem.ts';

const ChannelShape = named(
  'Channel',
  object({
    id: TEXT,
    kind: TEXT,
    needs: { ...arrayOf(TEXT), description: 'what it travels through' },
    lastAt: { ...NULLABLE_INSTANT, description: 'of its newest message since the daemon started' },
    lastEvent: NULLABLE_TEXT,
    lastResult: { ...NULLABLE_TEXT, description: 'delivered or failed' },
    lastDetail: NULLABLE_TEXT,
  }),
);

/** A channel, as it is sent. */
export type ChannelBody = FromSchema<typeof ChannelShape>;

const TestedShape = named('ChannelTest', object({ channel: TEXT, delivered: FLAG, detail: NULLABLE_TEXT }));

/** What became of a test message, as it is sent. */
export type ChannelTestBody = FromSchema<typeof TestedShape>;

export const listChannels = operation({
  method: 'GET',
  path: '/api/v1/channels',
  summary: 'Channels with what became of their newest message',
  access: READ,
  success: { status: 200, shape: listOf(ChannelShape) },
  answer: ({ view }) => {
    const items = view.channels().map(({ id, kind, needs, last }) => ({
      id,
      kind,
      needs,
      lastAt: last === null ? null : instant(last.at),
      lastEvent: last?.event ?? null,
      lastResult: last?.result ?? null,
      lastDetail: last?.detail ?? null,
    }));
    return ok({ items, next: null });
  },
});

export const testChannel = operation({
  method: 'POST',
  path: '/api/v1/channels/:id/test',
  summary: 'Sends a real test message by a channel, and says whether it was taken',
  access: { kind: 'write', role: 'operator' },
  params: request({ id: TEXT }),
  body: request({}),
  success: { status: 200, shape: TestedShape },
  answer: async ({ view }, { params: { id }, by }) => {
    const tested = await view.testChannel(id as ChannelId, by);
    if (tested.kind !== 'tested') return refused(tested);
    return ok({ channel: id, delivered: tested.delivered, detail: tested.detail });
  },
});
