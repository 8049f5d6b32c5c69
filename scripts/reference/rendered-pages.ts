import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { channelKinds } from '../../src/channels/index.ts';
import { layOut } from '../../src/channels/page/render-text.ts';
import { pageContent } from '../../src/channels/page/page-content.ts';
import type { ChannelKind } from '../../src/ports/channel-kind.ts';
import { storyPage, storyResolve } from './story.ts';

/** What a reader sees of a service's request, line by line. */
interface Reading {
  readonly options: (url: string) => object;
  readonly answer?: object;
  readonly read: (body: Body) => string;
}

/** The bodies of all services, as far as people see them. */
interface Body {
  readonly text: string | { readonly content: string };
  readonly title: string;
  readonly message: string;
  readonly blocks: readonly { elements: readonly { elements: readonly { text?: string; url?: string }[] }[] }[];
  readonly attachments: readonly { content: { body: readonly { inlines: readonly { text: string }[] }[] } }[];
  readonly content: { post: { en_us: { title: string; content: readonly { text: string }[][] } } };
  readonly payload: { summary: string; custom_details: Readonly<Record<string, readonly string[]>> };
}

const READINGS: Readonly<Record<string, Reading>> = {
  slack: {
    options: (url) => ({ url, token: 'xoxb-token', channel: 'C0123456789' }),
    answer: { ok: true, channel: 'C0123456789', ts: '1.1' },
    read: ({ blocks }) =>
      blocks
        .flatMap(({ elements }) => elements.flatMap((section) => section.elements))
        .map((e) => e.text ?? e.url ?? '')
        .join(''),
  },
  teams: {
    options: (url) => ({ url: `${url}/workflows?sig=signature` }),
    read: ({ attachments }) =>
      attachments
        .flatMap(({ content }) => content.body.map(({ inlines }) => inlines.map(({ text }) => text).join('')))
        .join('\n'),
  },
  feishu: {
    options: (url) => ({ url: `${url}/hook/0123456789` }),
    answer: { code: 0 },
    read: ({ content: { post } }) =>
      [post.en_us.title, ...post.en_us.content.map((line) => line.map(({ text }) => text).join(''))].join('\n'),
  },
  dingtalk: robot({ errcode: 0 }),
  wecom: robot({ errcode: 0 }),
  telegram: {
    options: (url) => ({ url, token: '123456:AAAA-bbbb-CCCC-dddd-eeee', chat: 1 }),
    answer: { ok: true, result: { message_id: 1 } },
    read: ({ text }) =>
      (typeof text === 'string' ? text : text.content)
        .replace(/<\/?(b|i|code|a)( [^>]*)?>/g, '')
        .replace(/&(lt|gt|quot|amp);/g, (_, name: string) => ({ lt: '<', gt: '>', quot: '"' })[name] ?? '&'),
  },
  ntfy: { options: (url) => ({ url, topic: 'tocsin' }), read: ({ title, message }) => `${title}\n${message}` },
  pagerduty: {
    options: (url) => ({ url, routingKey: 'key' }),
    read: ({ payload }) =>
      [
        payload.summary,
        ...Object.entries(payload.custom_details).flatMap(([label, lines]) => [
          `${label}:`,
          ...lines.map((l) => `  ${l}`),
        ]),
      ].join('\n'),
  },
};

/** The pages that docs/channels.md shows: the story's page as each kind really sends it, and its end. */
export async function renderedPages(): Promise<ReadonlyMap<string, string>> {
  const kinds = channelKinds({ terminal: { write: () => undefined, colour: false, columns: 80 } });
  const sent = await Promise.all(
    Object.entries(READINGS).map(async ([name, reading]) => {
      const kind = kinds.find((each) => each.name === name);
      return [`page-in-${name}`, kind === undefined ? '' : fenced(await sentBy(kind, reading))] as const;
    }),
  );
  return new Map([
    ...sent,
    ['page', fenced(layOut(pageContent(storyPage), { columns: 80 }))],
    ['resolve', fenced(layOut(pageContent(storyResolve), { columns: 80 }))],
  ]);
}

function robot(answer: object): Reading {
  return {
    options: (url) => ({ url: `${url}/send?key=0123456789` }),
    answer,
    read: ({ text }) => (typeof text === 'string' ? text : text.content),
  };
}

/** Delivers the story's page to a server that takes anything, and reads what came. */
async function sentBy(kind: ChannelKind, { options, answer = {}, read }: Reading): Promise<string> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString('utf8'));
      response.writeHead(200, { connection: 'close' }).end(JSON.stringify(answer));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await kind.deliver(kind.schema.parse(options(url)), storyPage, {
      signal: AbortSignal.timeout(10_000),
      now: Date.parse(storyPage.sentAt),
      idempotencyKey: 'kv-1:1',
      thread: null,
    });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
  const [body] = bodies;
  if (body === undefined) throw new Error(`${kind.name} sent nothing`);
  return read(JSON.parse(body) as Body);
}

function fenced(text: string): string {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}
