import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { channelKinds } from '../../src/channels/index.ts';
import type { DeliverContext, Delivery } from '../../src/ports/channel-kind.ts';
import { page } from '../channels/samples/notifications.ts';
import { kindOf, screen, SUBJECTS } from './channel-subjects.ts';
import type { Behaviour, Service, Subject } from './channel-subjects.ts';

const kinds = channelKinds({
  terminal: {
    write: (text) => {
      screen.text += text;
    },
    colour: false,
    columns: 80,
  },
});

const NOW = Date.parse(page.sentAt);

/** What stands in the environment of the examples. */
const ENVIRONMENT = new Map([['TELEGRAM_BOT_TOKEN', '123456:AAAA-bbbb-CCCC-dddd-eeee']]);

function filledIn(example: string): string {
  return example.replace(/\$\{env:(\w+)\}/g, (_, name: string) =>
    name.endsWith('_URL') ? 'https://hooks.example/secret' : (ENVIRONMENT.get(name) ?? 'secret'),
  );
}

function context(signal = AbortSignal.timeout(10_000)): DeliverContext {
  return { signal, now: NOW, idempotencyKey: 'rekor-3/1/oncall', thread: null };
}

/** Delivers the sample page to a service, through the kind's own schema. */
function deliver(subject: Subject, service: Service, given = context()): Promise<Delivery> {
  const kind = kindOf(kinds, subject.name);
  return kind.deliver(kind.schema.parse(service.options), page, given);
}

test('every kind of channel is held to the contract', () => {
  expect(SUBJECTS.map(({ name }) => name).sort()).toEqual(kinds.map(({ name }) => name).sort());
});

/** The kinds whose services can behave so: no terminal limits its rate. */
function showing(behaviour: Behaviour): (readonly [name: string, subject: Subject])[] {
  return SUBJECTS.filter(({ shows }) => shows.includes(behaviour)).map((subject) => [subject.name, subject]);
}

describe('every kind of channel', () => {
  test.each(showing('accept'))('%s has an example whose fields its schema takes', (_name, subject) => {
    const { kind: name, ...fields } = parse(filledIn(kindOf(kinds, subject.name).example)) as { kind: string };
    expect(name).toBe(subject.name);
    expect(kindOf(kinds, subject.name).schema.safeParse(fields)).toMatchObject({ success: true });
  });

  const readable = showing('accept').filter(([name]) => name !== 'webhook' && name !== 'exec');
  test.each(readable)('%s takes a template, and refuses one that knows no such variable', async (_name, subject) => {
    await using service = await subject.open();
    const kind = kindOf(kinds, subject.name);
    const wrong = { ...(service.options as object), template: { body: '{{ incident.titel }}' } };
    expect(kind.schema.safeParse(wrong).error?.issues[0]?.message).toContain('there is no incident.titel');
    const options = { ...(service.options as object), template: { headline: 'wake up: {{ incident.root.id }}' } };
    const withTemplate = { ...service, options };
    expect(await deliver(subject, withTemplate)).toMatchObject({ kind: 'delivered' });
  });

  test.each(showing('accept'))('%s refuses a field that it does not know', async (_name, subject) => {
    await using service = await subject.open();
    const options = { ...(service.options as object), colour: 'red' };
    expect(kindOf(kinds, subject.name).schema.safeParse(options).success).toBe(false);
  });

  test.each(showing('accept'))('%s delivers to a service that takes it', async (_name, subject) => {
    await using service = await subject.open();
    expect(await deliver(subject, service)).toMatchObject({ kind: 'delivered' });
    expect(await service.taken()).toHaveLength(1);
  });

  test.each(showing('accept'))('%s gives a repeated message the same identity', async (_name, subject) => {
    await using service = await subject.open();
    await deliver(subject, service);
    await deliver(subject, service);
    const [first, second] = await service.taken();
    expect(second).toBe(first);
  });

  test.each(showing('unavailable'))('%s may try again where its service is unavailable', async (_name, subject) => {
    await using service = await subject.open();
    service.behave('unavailable');
    expect(await deliver(subject, service)).toMatchObject({ kind: 'retry' });
    service.behave('accept');
    expect(await deliver(subject, service)).toMatchObject({ kind: 'delivered' });
  });

  test.each(showing('limit'))('%s waits as long as its service asks for', async (_name, subject) => {
    await using service = await subject.open();
    service.behave('limit');
    expect(await deliver(subject, service)).toMatchObject({ kind: 'retry', afterMs: 7000 });
  });

  test.each(showing('forbid'))('%s does not try again what was refused for good', async (_name, subject) => {
    await using service = await subject.open();
    service.behave('forbid');
    expect(await deliver(subject, service)).toMatchObject({ kind: 'failed' });
  });

  test.each(showing('drop'))('%s may try again where its service hangs up in the middle', async (_name, subject) => {
    await using service = await subject.open();
    service.behave('drop');
    expect(await deliver(subject, service)).toMatchObject({ kind: 'retry' });
  });

  const listening = showing('drop').filter(([name]) => name !== 'exec');
  test.each(listening)('%s may try again where nobody listens', async (_name, subject) => {
    await using service = await subject.open();
    await service.leave?.();
    expect(await deliver(subject, service)).toMatchObject({ kind: 'retry' });
  });

  test.each(showing('drip'))(
    '%s ends by its signal where its service never ends its answer',
    async (_name, subject) => {
      await using service = await subject.open();
      service.behave('drip');
      const abort = new AbortController();
      const dripping = service.stalled();
      const delivery = deliver(subject, service, context(abort.signal));
      await dripping;
      abort.abort();
      // Whoever needs the head alone has it; whoever needs the body may try again.
      expect((await delivery).kind).not.toBe('failed');
    },
  );

  test.each(showing('stall'))('%s ends by its signal where its service never answers', async (_name, subject) => {
    await using service = await subject.open();
    service.behave('stall');
    const abort = new AbortController();
    const stalled = service.stalled();
    const delivery = deliver(subject, service, context(abort.signal));
    await stalled;
    abort.abort();
    expect(await delivery).toMatchObject({ kind: 'retry' });
  });

  test.each(showing('stall'))('%s attempts nothing where its signal has fired already', async (_name, subject) => {
    await using service = await subject.open();
    expect(await deliver(subject, service, context(AbortSignal.abort()))).toMatchObject({ kind: 'retry' });
    expect(await service.taken()).toEqual([]);
  });

  test.each(showing('accept'))('%s never shows a secret in an outcome', async (_name, subject) => {
    await using service = await subject.open();
    const answering = subject.shows.filter((behaviour) => behaviour !== 'stall' && behaviour !== 'drip');
    const outcomes: Delivery[] = [];
    for (const behaviour of answering) {
      service.behave(behaviour);
      outcomes.push(await deliver(subject, service));
    }
    expect(outcomes).toHaveLength(answering.length);
    for (const secret of subject.secrets) expect(JSON.stringify(outcomes)).not.toContain(secret);
  });
});
