import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ChannelKind } from '../../src/ports/channel-kind.ts';
import { startHttpReceiver } from '../servers/http-receiver.ts';
import type { Reaction } from '../servers/http-receiver.ts';
import { header, startMailServer } from '../servers/mail-server.ts';
import type { Refusal } from '../servers/mail-server.ts';

/** How a service treats a delivery. */
export type Behaviour = 'accept' | 'unavailable' | 'limit' | 'forbid' | 'stall' | 'drip' | 'drop';

/** A service that a channel of some kind delivers to: a stub that behaves. */
export interface Service extends AsyncDisposable {
  /** As YAML would give them, before the kind's schema. */
  readonly options: unknown;
  readonly behave: (behaviour: Behaviour) => void;
  /** What identifies each message that it took, in order; equal for repeats of one message. */
  readonly taken: () => Promise<readonly string[]>;
  /** Resolves when a delivery is at the point where it stalls. */
  readonly stalled: () => Promise<void>;
  /** Stops listening: its port then refuses. Absent where there is no port. */
  readonly leave?: () => Promise<void>;
}

/** A kind held to the contract, with the service it talks to. */
export interface Subject {
  readonly name: string;
  /** Behaviours that a service of this kind can show; `accept` is always among them. */
  readonly shows: readonly Behaviour[];
  /** What the options hold and nobody may ever read in a delivery's outcome. */
  readonly secrets: readonly string[];
  readonly open: () => Promise<Service>;
}

const HTTP_SHOWS = ['accept', 'unavailable', 'limit', 'forbid', 'stall', 'drip', 'drop'] as const;

export const SUBJECTS: readonly Subject[] = [
  {
    name: 'webhook',
    shows: HTTP_SHOWS,
    secrets: ['hook-secret-8c1f', 'Bearer token-77aa', '/hidden/path-token'],
    open: () =>
      openHttp(
        (url) => ({
          url: `${url}/hidden/path-token`,
          secret: 'hook-secret-8c1f',
          headers: { authorization: 'Bearer token-77aa' },
        }),
        ({ headers }) => String(headers['idempotency-key']),
      ),
  },
  {
    name: 'slack',
    shows: HTTP_SHOWS,
    secrets: ['xoxb-token-2468'],
    open: () =>
      openHttp(
        (url) => ({ url: `${url}/api`, token: 'xoxb-token-2468', channel: 'C0123456789' }),
        ({ body }) => body,
        { ok: true, channel: 'C0123456789', ts: '1763694754.000001' },
      ),
  },
  {
    name: 'alertmanager',
    shows: HTTP_SHOWS,
    secrets: ['Bearer alert-token-1357'],
    open: () =>
      openHttp(
        (url) => ({ urls: [url], headers: { authorization: 'Bearer alert-token-1357' } }),
        ({ body }) => JSON.stringify((JSON.parse(body) as { labels: object }[]).map(({ labels }) => labels)),
      ),
  },
  {
    name: 'teams',
    shows: HTTP_SHOWS,
    secrets: ['workflow-path-8888', 'workflow-signature-9999'],
    open: () =>
      openHttp(
        (url) => ({ url: `${url}/workflow-path-8888?sig=workflow-signature-9999` }),
        ({ body }) => body,
      ),
  },
  {
    name: 'feishu',
    shows: HTTP_SHOWS,
    secrets: ['robot-key-1212', 'robot-secret-3434'],
    open: () =>
      openHttp(
        (url) => ({ url: `${url}/open-apis/bot/v2/hook/robot-key-1212`, secret: 'robot-secret-3434' }),
        ({ body }) => JSON.stringify((JSON.parse(body) as { content: object }).content),
        { code: 0, msg: 'success' },
      ),
  },
  {
    name: 'dingtalk',
    shows: HTTP_SHOWS,
    secrets: ['robot-key-1212', 'robot-secret-3434'],
    open: () =>
      openHttp(
        (url) => ({ url: `${url}/robot/send?access_token=robot-key-1212`, secret: 'robot-secret-3434' }),
        ({ body }) => body,
        { errcode: 0, errmsg: 'ok' },
      ),
  },
  {
    name: 'wecom',
    shows: HTTP_SHOWS,
    secrets: ['robot-key-1212'],
    open: () =>
      openHttp(
        (url) => ({ url: `${url}/cgi-bin/webhook/send?key=robot-key-1212` }),
        ({ body }) => body,
        { errcode: 0, errmsg: 'ok' },
      ),
  },
  {
    name: 'ntfy',
    shows: HTTP_SHOWS,
    secrets: ['tk_ntfy-token-5656'],
    open: () =>
      openHttp(
        (url) => ({ url, topic: 'tocsin', token: 'tk_ntfy-token-5656' }),
        ({ body }) => body,
      ),
  },
  {
    name: 'telegram',
    shows: HTTP_SHOWS,
    secrets: ['123456:AAAA-bbbb-CCCC-dddd-eeee'],
    open: () =>
      openHttp(
        (url) => ({ url, token: '123456:AAAA-bbbb-CCCC-dddd-eeee', chat: -100123 }),
        ({ body }) => body,
        { ok: true, result: { message_id: 7 } },
      ),
  },
  {
    name: 'pagerduty',
    shows: HTTP_SHOWS,
    secrets: ['routing-key-0123456789abcdef0123'],
    open: () =>
      openHttp(
        (url) => ({ url: `${url}/v2/enqueue`, routingKey: 'routing-key-0123456789abcdef0123' }),
        ({ body }) => (JSON.parse(body) as { dedup_key: string }).dedup_key,
      ),
  },
  {
    name: 'email',
    shows: ['accept', 'unavailable', 'forbid', 'stall', 'drop'],
    secrets: ['smtp-password-5e5e', Buffer.from('\0tocsin\0smtp-password-5e5e').toString('base64')],
    open: openMail,
  },
  {
    name: 'exec',
    shows: ['accept', 'unavailable', 'forbid', 'stall', 'drop'],
    secrets: ['bell-token-4d4d'],
    open: openProgram,
  },
  { name: 'terminal', shows: ['accept'], secrets: [], open: openScreen },
];

/** What the terminal channel under test prints, for `openScreen`. */
export const screen: { text: string } = { text: '' };

/** The kind of that name among those given. */
export function kindOf(kinds: readonly ChannelKind[], name: string): ChannelKind {
  const kind = kinds.find((each) => each.name === name);
  if (kind === undefined) throw new Error(`no channel kind ${name}`);
  return kind;
}

type Received = Awaited<ReturnType<typeof startHttpReceiver>>['requests'][number];

/** A service over HTTP; `yes` is what it says to a message that it takes, where that is read. */
async function openHttp(
  options: (url: string) => unknown,
  identity: (request: Received) => string,
  yes?: object,
): Promise<Service> {
  const accept: Reaction =
    yes === undefined
      ? { kind: 'answer', status: 202, body: ECHO }
      : { kind: 'answer', status: 200, body: JSON.stringify({ ...yes, echo: ECHO }) };
  const receiver = await startHttpReceiver(accept);
  const taken: string[] = [];
  let seen = 0;
  let accepting = true;
  const settle = (): void => {
    for (const request of receiver.requests.slice(seen)) if (accepting) taken.push(identity(request));
    seen = receiver.requests.length;
  };
  return {
    options: options(receiver.url),
    behave: (behaviour) => {
      settle();
      accepting = behaviour === 'accept';
      receiver.react = behaviour === 'accept' ? accept : HTTP_REACTIONS[behaviour];
    },
    taken: () => {
      settle();
      return Promise.resolve(taken);
    },
    leave: async () => receiver[Symbol.asyncDispose](),
    stalled: receiver.nextRequest,
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}

/** A service that refuses and, as many do, repeats what it was sent. */
const ECHO =
  'you sent hook-secret-8c1f, Bearer token-77aa, /hidden/path-token, routing-key-0123456789abcdef0123, ' +
  'xoxb-token-2468, Bearer alert-token-1357, /workflow-path-8888?sig=workflow-signature-9999, robot-key-1212, ' +
  'robot-secret-3434, tk_ntfy-token-5656, 123456:AAAA-bbbb-CCCC-dddd-eeee';

const HTTP_REACTIONS: Readonly<Record<Exclude<Behaviour, 'accept'>, Reaction>> = {
  unavailable: { kind: 'answer', status: 503, body: ECHO },
  limit: { kind: 'answer', status: 429, headers: { 'retry-after': '7' }, body: ECHO },
  forbid: { kind: 'answer', status: 400, body: ECHO },
  stall: { kind: 'stall' },
  drip: { kind: 'drip', status: 200 },
  drop: { kind: 'drop' },
};

async function openMail(): Promise<Service> {
  const credentials = { username: 'tocsin', password: 'smtp-password-5e5e' };
  const server = await startMailServer({ encryption: 'starttls', credentials });
  return {
    options: {
      smtp: { host: '127.0.0.1', port: server.port, ...credentials, tls: { ca: server.ca } },
      from: 'Tocsin <tocsin@example.com>',
      to: ['sre@example.com'],
    },
    behave: (behaviour) => {
      server.refuse = MAIL_REFUSALS[behaviour];
    },
    taken: () => Promise.resolve(server.mails.map(({ raw }) => header(raw, 'message-id') ?? '')),
    stalled: server.nextRefusal,
    leave: async () => server[Symbol.asyncDispose](),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const MAIL_ECHO = `you sent smtp-password-5e5e or ${Buffer.from('\0tocsin\0smtp-password-5e5e').toString('base64')}`;

const MAIL_REFUSALS: Readonly<Record<Behaviour, Refusal | undefined>> = {
  accept: undefined,
  unavailable: { at: 'data', how: { code: 451, text: `try again later, ${MAIL_ECHO}` } },
  limit: { at: 'recipient', how: { code: 450, text: 'too many' } },
  forbid: { at: 'auth', how: { code: 535, text: `no, ${MAIL_ECHO}` } },
  stall: { at: 'data', how: 'stall' },
  drip: { at: 'data', how: 'stall' },
  drop: { at: 'data', how: 'drop' },
};

/** A program that looks up in a file what to do, and keeps what it was given. */
const PROGRAM = `
const fs = require('node:fs');
const path = require('node:path');
const folder = process.argv[2];
const behaviour = fs.readFileSync(path.join(folder, 'behaviour'), 'utf8');
process.stderr.write('my token is ' + process.env.BELL_TOKEN);
if (behaviour === 'stall') {
  fs.writeFileSync(path.join(folder, 'stalled'), '');
  setInterval(() => {}, 1000);
} else if (behaviour === 'accept') {
  const message = fs.readFileSync(0, 'utf8');
  const { incident, sequence } = JSON.parse(message);
  fs.writeFileSync(path.join(folder, 'taken-' + process.hrtime.bigint()), incident.id + '/' + sequence);
} else if (behaviour === 'unavailable') process.exitCode = 75;
else if (behaviour === 'forbid') process.exitCode = 78;
else process.kill(process.pid, 'SIGTERM');
`;

async function openProgram(): Promise<Service> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-exec-'));
  await writeFile(join(folder, 'program.cjs'), PROGRAM);
  await writeFile(join(folder, 'behaviour'), 'accept');
  const { writeFileSync } = await import('node:fs');
  return {
    options: {
      command: [process.execPath, join(folder, 'program.cjs'), folder],
      env: { BELL_TOKEN: 'bell-token-4d4d' },
    },
    behave: (behaviour) => writeFileSync(join(folder, 'behaviour'), behaviour),
    taken: async () => {
      const names = (await readdir(folder)).filter((name) => name.startsWith('taken-')).sort();
      return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    },
    stalled: async () => {
      while (!(await readdir(folder)).includes('stalled')) await nextTurn();
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

function openScreen(): Promise<Service> {
  screen.text = '';
  return Promise.resolve({
    options: {},
    behave: () => undefined,
    taken: () => Promise.resolve([...screen.text.matchAll(/page · (\S+)/g)].map(([, id = '']) => id)),
    stalled: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}
