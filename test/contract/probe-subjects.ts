import { initializeTUFRepo } from '@tufjs/repo-mock';
import { generateKeyPairSync } from 'node:crypto';

/** How one kind of probe is pointed at a server, and wrong options for it with the path of what is wrong. */
export interface ProbeSubject {
  /** Options for a probe of whatever stands at this port of 127.0.0.1; absent where nothing is connected to. */
  readonly at?: (port: number) => Record<string, unknown>;
  readonly wrong: readonly (readonly [path: string, options: Record<string, unknown>])[];
}

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rekorKey = publicKey.export({ type: 'spki', format: 'pem' }) as string;
const authorityPin = `sha256/${Buffer.alloc(32).toString('base64')}`;
const tufRoot = JSON.stringify(initializeTUFRepo([]).rootMeta.toJSON());

/** Every kind has a line here, or the contract test fails. */
export const PROBE_SUBJECTS: Readonly<Record<string, ProbeSubject>> = {
  exec: {
    wrong: [
      ['command.0', { command: ['check_disk', '-w', '10%'] }],
      ['env.LD-PATH', { command: ['/bin/true'], env: { 'LD-PATH': 'a' } }],
    ],
  },
  heartbeat: {
    wrong: [['', { url: 'https://a.example' }]],
  },
  push: {
    wrong: [['', { url: 'https://a.example' }]],
  },
  ping: {
    wrong: [
      ['host', { host: '-f' }],
      ['count', { host: 'a.example', count: 0 }],
    ],
  },
  flow: {
    at: (port) => ({
      steps: [{ name: 'ask', url: `http://127.0.0.1:${port}/`, expect: { contains: 'ok' }, maxBytes: '256KiB' }],
    }),
    wrong: [
      ['steps', { steps: [] }],
      ['steps.0.url', { steps: [{ name: 'ask', url: 'nowhere' }] }],
    ],
  },
  fulcio: {
    at: (port) => ({
      url: `http://127.0.0.1:${port}`,
      spki: authorityPin,
      issuer: 'https://login.example',
      ctLog: { url: `http://127.0.0.1:${port}`, publicKey: rekorKey },
    }),
    wrong: [
      ['spki', { url: 'https://a.example' }],
      [
        'ctLog.publicKey',
        { url: 'https://a.example', spki: authorityPin, ctLog: { url: 'http://b.example', publicKey: 'a' } },
      ],
    ],
  },
  grpc: {
    at: (port) => ({ target: `127.0.0.1:${port}`, service: 'shop.v1.Orders' }),
    wrong: [
      ['target', { target: 'orders.example' }],
      ['tls.ca', { target: 'orders.example:1', tls: { ca: 'nonsense' } }],
    ],
  },
  http: {
    at: (port) => ({ url: `http://127.0.0.1:${port}/health`, expect: { contains: 'ok' }, maxBytes: '256KiB' }),
    wrong: [
      ['url', { url: 'nowhere' }],
      ['', { url: 'http://a.example/', unknown: 1 }],
    ],
  },
  oci: {
    at: (port) => ({
      registry: `http://127.0.0.1:${port}`,
      repository: 'shop/web',
      reference: 'latest',
      upload: true,
      harbor: true,
    }),
    wrong: [
      ['registry', { registry: 'https://a.example/v2/', repository: 'shop/web', reference: 'latest' }],
      ['repository', { registry: 'https://a.example', repository: 'Shop', reference: 'latest' }],
      ['reference', { registry: 'https://a.example', repository: 'shop/web' }],
      ['password', { registry: 'https://a.example', repository: 'shop/web', reference: 'latest', username: 'robot' }],
    ],
  },
  rekor: {
    at: (port) => ({ url: `http://127.0.0.1:${port}`, publicKey: rekorKey }),
    wrong: [
      ['url', { url: 'nowhere', publicKey: rekorKey }],
      ['publicKey', { url: 'http://a.example/' }],
    ],
  },
  tcp: {
    at: (port) => ({ host: '127.0.0.1', port, send: 'hello\r\n', expect: { contains: 'welcome' } }),
    wrong: [
      ['port', { host: 'a.example', port: 0 }],
      ['expect.matches', { host: 'a.example', port: 1, expect: { matches: '(' } }],
    ],
  },
  tls: {
    at: (port) => ({ host: '127.0.0.1', port }),
    wrong: [
      ['host', { host: 'http://a.example' }],
      ['starttls', { host: 'a.example', starttls: 'http' }],
    ],
  },
  tuf: {
    at: (port) => ({ url: `http://127.0.0.1:${port}`, root: tufRoot, targets: ['trusted_root.json'] }),
    wrong: [
      ['root', { url: 'https://a.example', root: '{}' }],
      ['targets.0', { url: 'https://a.example', root: tufRoot, targets: ['../a'] }],
    ],
  },
  websocket: {
    at: (port) => ({ url: `ws://127.0.0.1:${port}/feed`, expect: { contains: 'ok' } }),
    wrong: [
      ['url', { url: 'http://a.example/' }],
      ['expect', { url: 'ws://a.example/', expect: {} }],
    ],
  },
  dns: {
    at: (port) => ({ name: 'a.test', resolver: `127.0.0.1:${port}` }),
    wrong: [
      ['resolver', { name: 'a.test', resolver: 'dns.example' }],
      ['type', { name: 'a.test', type: 'ANY' }],
    ],
  },
  prometheus: {
    at: (port) => ({ url: `http://127.0.0.1:${port}`, query: 'up', expect: { min: 1 } }),
    wrong: [
      ['query', { url: 'http://a.example/', query: ' ' }],
      ['expect.min', { url: 'http://a.example/', query: 'up', expect: { min: 2, max: 1 } }],
    ],
  },
  redis: {
    at: (port) => ({ url: `redis://:secret@127.0.0.1:${port}`, identity: { value: 'production' }, write: true }),
    wrong: [
      ['url', { url: 'http://a.example' }],
      ['url', { url: '' }],
      ['identity.value', { url: 'redis://a.example', identity: { key: 'a' } }],
    ],
  },
  'workers-kv': {
    at: (port) => ({ baseUrl: `http://127.0.0.1:${port}`, account: 'a', namespace: 'n', token: 'secret', write: true }),
    wrong: [
      ['token', { account: 'a', namespace: 'n', token: 'two words' }],
      ['token', { account: 'a', namespace: 'n', token: '' }],
      ['writeEvery', { account: 'a', namespace: 'n', token: 't', writeEvery: '500ms' }],
    ],
  },
  etcd: {
    at: (port) => ({ url: `http://127.0.0.1:${port}`, username: 'a', password: 'secret', write: true }),
    wrong: [
      ['url', { url: 'nowhere' }],
      ['password', { url: 'http://a.example', username: 'a' }],
    ],
  },
  consul: {
    at: (port) => ({ url: `http://127.0.0.1:${port}`, token: 'secret', identity: { value: 'a' }, write: true }),
    wrong: [
      ['url', { url: 'nowhere' }],
      ['identity.key', { url: 'http://a.example', identity: { key: '../a', value: 'a' } }],
    ],
  },
  postgres: {
    at: (port) => ({ url: `postgres://tocsin:word@127.0.0.1:${port}/app`, write: true }),
    wrong: [
      ['url', { url: 'https://a.example' }],
      ['url', { url: '' }],
      ['table', { url: 'postgres://a@b.example/c', table: 'a; drop' }],
    ],
  },
  mysql: {
    at: (port) => ({ url: `mysql://tocsin:word@127.0.0.1:${port}/app`, write: true }),
    wrong: [
      ['url', { url: 'postgres://a@b.example' }],
      ['url', { url: '' }],
      ['expect.maxLag', { url: 'mysql://a@b.example/c', expect: { maxLag: 'long' } }],
    ],
  },
  smtp: {
    at: (port) => ({ host: '127.0.0.1', port }),
    wrong: [
      ['starttls', { host: 'a.example', username: 'a', password: 'b' }],
      ['password', { host: 'a.example', starttls: true, username: 'a' }],
      ['password', { host: 'a.example', starttls: true, username: 'a', password: '' }],
    ],
  },
};
