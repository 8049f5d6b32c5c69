import { expect, test } from 'vitest';
import { readChannel } from '../../src/config/read-channel.ts';
import { webhook } from '../../src/channels/webhook.ts';
import type { ChannelKind } from '../../src/ports/channel-kind.ts';
import { loadConfiguration } from '../../src/config/load-configuration.ts';
import { fakeKinds } from './fake-kinds.ts';
import { textFiles } from './load-texts.ts';

const KINDS = new Map<string, ChannelKind>([['webhook', webhook as unknown as ChannelKind]]);
const YAML = `channels:
  hook: { kind: webhook, url: "https://hook.example/\${env:TOPIC}", secret: "\${env:HOOK}" }
services: { shop: { probe: https://shop.example/ } }
`;

async function channelOf(yaml: string) {
  const env: Readonly<Record<string, string>> = { TOPIC: 'old', HOOK: 'before' };
  const result = await loadConfiguration({
    paths: ['.'],
    kinds: fakeKinds,
    channelKinds: KINDS,
    read: textFiles({ 'tocsin.yaml': yaml }),
    env: (name) => env[name],
  });
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join('; '));
  const [channel] = result.loaded.configuration.channels;
  if (channel === undefined) throw new Error('no channel');
  return channel;
}

function again(channel: Awaited<ReturnType<typeof channelOf>>, env: Readonly<Record<string, string>>) {
  return readChannel(channel, {
    channelKinds: KINDS,
    read: { list: refuse, text: refuse, referenced: refuse },
    env: (name) => env[name],
  });
}

function refuse(): never {
  throw new Error('no file is read here');
}

test('a declaration is kept as it is written, without its secrets, and read again with those of today', async () => {
  const channel = await channelOf(YAML);
  expect(channel.written).toBe('{"kind":"webhook","secret":"${env:HOOK}","url":"https://hook.example/${env:TOPIC}"}');
  const read = await again(channel, { TOPIC: 'new', HOOK: 'today' });
  expect(read).toMatchObject({ ok: true, options: { url: 'https://hook.example/new' } });
});

test('a variable that is gone is named', async () => {
  const read = await again(await channelOf(YAML), { TOPIC: 'new' });
  expect(read).toEqual({ ok: false, message: 'the environment has no variable HOOK' });
});

test('a declaration that holds a secret itself is not kept', async () => {
  const channel = await channelOf(YAML.replace('${env:HOOK}', 'inline-secret'));
  expect(JSON.stringify(channel)).not.toContain('inline-secret');
  expect(await again(channel, {})).toMatchObject({ ok: false });
});
