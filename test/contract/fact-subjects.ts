import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { startConsul } from '../../src/world/consul.ts';
import { startDns } from '../../src/world/dns.ts';
import { startFulcio } from '../../src/world/fulcio.ts';
import { startStore } from '../../src/world/key-value-store.ts';
import { buildImage } from '../../src/world/oci-image.ts';
import { startRegistry } from '../../src/world/registry.ts';
import { startRekor } from '../../src/world/rekor.ts';
import { certificateFor } from '../servers/certificates.ts';
import { startDockerRegistry } from '../servers/docker-registry.ts';
import { startEtcd } from '../servers/etcd-server.ts';
import { startMailServer } from '../servers/mail-server.ts';
import { MARIADB_PROGRAMS, startMariadb } from '../servers/mariadb.ts';
import { POSTGRES_PROGRAMS, startPostgres } from '../servers/postgres.ts';
import { startPrometheus } from '../servers/prometheus.ts';
import { startRedis } from '../servers/redis-server.ts';
import { httpTarget, tcpTarget } from '../servers/target-server.ts';
import { startTlsFront } from '../servers/tls-front.ts';
import { TufRepository } from '../servers/tuf-repository.ts';

/** The name of every server here: it is an alias of `edge.test`, and stands in their certificates. */
const HOST = 'target.test';

/** A server that shows what a kind can know of it. `start` leaves on the stack what is to be stopped. */
export interface FactSubject {
  readonly kind: string;
  readonly server: string;
  readonly programs?: readonly string[];
  readonly start: (stack: AsyncDisposableStack) => Promise<object>;
}

/** Encrypts in front of a server, and gives URL and trust. */
async function behindTls(stack: AsyncDisposableStack, url: string, scheme = 'https', protocol?: string) {
  const front = stack.use(await startTlsFront(Number(new URL(url).port), protocol));
  return { url: `${scheme}://${HOST}:${front.port}`, tls: { ca: front.ca } };
}

const image = buildImage('hello\n');
const REPOSITORY = { repository: 'shop/web', reference: 'stable' };

/** Every kind that goes and looks at something, with what shows all of its facts. */
export const FACT_SUBJECTS: readonly FactSubject[] = [
  {
    kind: 'consul',
    server: 'the Consul of the world',
    async start(stack) {
      const server = stack.use(await startConsul({ token: 'c3f1-token', values: {} }));
      return { ...(await behindTls(stack, server.url)), token: 'c3f1-token' };
    },
  },
  {
    kind: 'dns',
    server: 'the name server of the world',
    async start(stack) {
      const server = await startDns();
      stack.defer(() => server.close());
      server.set('www.corp.test', { kind: 'cname', target: HOST });
      server.set(HOST, { kind: 'addresses', addresses: ['10.2.0.1'] });
      return { name: 'www.corp.test', resolver: server.address };
    },
  },
  {
    kind: 'etcd',
    server: 'a real etcd',
    programs: ['etcd'],
    start: async (stack) => behindTls(stack, stack.use(await startEtcd()).url),
  },
  ...['http', 'flow'].map((kind): FactSubject => ({
    kind,
    server: 'a web server',
    async start(stack) {
      const { chain, key, ca } = certificateFor();
      const server = stack.use(
        await httpTarget((_request, response) => response.writeHead(200, { server: 'shop/7' }).end('ok'), {
          cert: chain,
          key,
        }),
      );
      const url = `https://${HOST}:${server.port}/`;
      return kind === 'http' ? { url, tls: { ca } } : { steps: [{ name: 'ask', url }], tls: { ca } };
    },
  })),
  {
    kind: 'fulcio',
    server: 'the Fulcio of the world',
    async start(stack) {
      const issuer = 'https://login.corp.example';
      const server = stack.use(await startFulcio({ issuers: [issuer] }));
      const ctLog = { url: server.ctLog.url, publicKey: server.ctLogPublicKey };
      return { ...(await behindTls(stack, server.url)), spki: server.rootSpki, issuer, ctLog };
    },
  },
  {
    kind: 'grpc',
    server: 'a real gRPC server',
    async start(stack) {
      const server = new Server();
      new HealthImplementation({ '': 'SERVING' }).addToServer(server);
      const port = await new Promise<number>((resolve, reject) => {
        const bound = (error: Error | null, at: number): void => (error === null ? resolve(at) : reject(error));
        server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), bound);
      });
      stack.defer(() => server.forceShutdown());
      const { url, tls } = await behindTls(stack, `http://127.0.0.1:${port}`, 'https', 'h2');
      return { target: new URL(url).host, tls };
    },
  },
  {
    kind: 'mysql',
    server: 'a real MariaDB',
    programs: MARIADB_PROGRAMS,
    async start(stack) {
      const server = stack.use(await startMariadb({ tls: true }));
      await server.sql(`create user tocsin@'127.0.0.1' identified by 'word'`);
      return { url: `mysql://tocsin:word@${HOST}:${server.port}`, tls: { ca: server.ca } };
    },
  },
  {
    kind: 'postgres',
    server: 'a real PostgreSQL',
    programs: POSTGRES_PROGRAMS,
    async start(stack) {
      const server = stack.use(await startPostgres());
      await server.sql(`create role tocsin login password 'word'`);
      return { url: `postgres://tocsin:word@${HOST}:${server.port}/postgres`, tls: { ca: server.ca } };
    },
  },
  {
    kind: 'oci',
    server: 'a real docker-registry',
    programs: ['docker-registry'],
    async start(stack) {
      const server = stack.use(await startDockerRegistry());
      await server.push(REPOSITORY.repository, REPOSITORY.reference, image);
      const { url, tls } = await behindTls(stack, server.url);
      return { registry: url, tls, ...REPOSITORY };
    },
  },
  {
    kind: 'oci',
    server: 'the registry of the world, which wants a token',
    async start(stack) {
      const server = stack.use(
        await startRegistry({ access: { kind: 'bearer', username: 'robot', password: 'word' } }),
      );
      server.load(REPOSITORY.repository, REPOSITORY.reference, image);
      const registry = server.url.replace('127.0.0.1', HOST);
      return { registry, ...REPOSITORY, username: 'robot', password: 'word' };
    },
  },
  {
    kind: 'ping',
    server: 'loopback',
    programs: ['ping'],
    start: () => Promise.resolve({ host: HOST, count: 1 }),
  },
  {
    kind: 'prometheus',
    server: 'a real Prometheus',
    programs: ['prometheus'],
    start: async (stack) => ({
      ...(await behindTls(stack, stack.use(await startPrometheus()).url)),
      query: 'vector(1)',
      expect: { min: 1 },
    }),
  },
  {
    kind: 'redis',
    server: 'a real Redis',
    programs: ['redis-server'],
    start: async (stack) => behindTls(stack, `redis://127.0.0.1:${stack.use(await startRedis()).port}`, 'rediss'),
  },
  {
    kind: 'rekor',
    server: 'the Rekor of the world',
    async start(stack) {
      const log = await startRekor();
      stack.defer(() => log.close());
      return { ...(await behindTls(stack, log.url)), publicKey: log.publicKeyPem, treeIds: [log.treeId] };
    },
  },
  {
    kind: 'smtp',
    server: 'a real mail server',
    async start(stack) {
      const server = stack.use(await startMailServer({ encryption: 'starttls' }));
      return { host: HOST, port: server.port, starttls: true, tls: { ca: server.ca } };
    },
  },
  {
    kind: 'tcp',
    server: 'a server that greets',
    async start(stack) {
      const server = stack.use(await tcpTarget((socket) => socket.end('welcome')));
      return { host: HOST, port: server.port, expect: { contains: 'welcome' } };
    },
  },
  {
    kind: 'tls',
    server: 'a server that shakes hands',
    async start(stack) {
      const server = stack.use(await tcpTarget((socket) => socket.end()));
      const front = stack.use(await startTlsFront(server.port));
      return { host: HOST, port: front.port, tls: { ca: front.ca } };
    },
  },
  {
    kind: 'tuf',
    server: 'a mirror',
    async start(stack) {
      const mirror = stack.use(await TufRepository.start());
      return { ...(await behindTls(stack, mirror.server.url)), root: mirror.root, targets: ['trusted_root.json'] };
    },
  },
  {
    kind: 'websocket',
    server: 'a real WebSocket server',
    async start(stack) {
      const plain = createServer();
      const sockets = new WebSocketServer({ server: plain });
      sockets.on('headers', (headers) => headers.push('Server: feed/7'));
      plain.listen(0, '127.0.0.1');
      await once(plain, 'listening');
      stack.defer(async () => {
        for (const client of sockets.clients) client.terminate();
        plain.closeAllConnections();
        await new Promise<void>((resolve) => plain.close(() => resolve()));
      });
      return behindTls(stack, `ws://127.0.0.1:${(plain.address() as AddressInfo).port}`, 'wss');
    },
  },
  {
    kind: 'workers-kv',
    server: 'the key-value store of the world',
    async start(stack) {
      const store = await startStore({ token: 'kv-token-1234' });
      stack.defer(() => store.close());
      const { url, tls } = await behindTls(stack, store.url);
      return { baseUrl: `${url}/client/v4`, tls, account: 'world', namespace: 'policies', token: 'kv-token-1234' };
    },
  },
];
