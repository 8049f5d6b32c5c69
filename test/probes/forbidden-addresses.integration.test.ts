import { describe, expect, test } from 'vitest';
import { addressGuard } from '../../src/daemon/address-guard.ts';
import { flow } from '../../src/probes/flow.ts';
import { http } from '../../src/probes/http.ts';
import { tcp } from '../../src/probes/tcp.ts';
import { httpTarget, type TargetServer } from '../servers/target-server.ts';
import { probe } from './run-context.ts';

/** The guard of a daemon whose operator said nothing. */
const guard = addressGuard([{ deny: [] }], undefined);

const DISGUISES = [
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/',
  'http://0xa9fea9fe/',
  'http://0251.0376.0251.0376/',
  'http://169.254.43518/',
  'http://169.254.169.254./',
  'http://[::ffff:169.254.169.254]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[fd00:ec2::254]/',
];
const BY_NAME = 'http://metadata.test/';
const names = { 'metadata.test': ['169.254.169.254'], '169.254.169.254.': ['169.254.169.254'] };

const REFUSED = { class: 'probe.misconfigured', message: expect.stringContaining('not allowed') as string };

/** A server that sends everybody somewhere else. */
function sendingTo(location: string): Promise<TargetServer> {
  return httpTarget((_request, response) => void response.writeHead(302, { location }).end());
}

describe.each([...DISGUISES, BY_NAME])('the metadata address as %s', (url) => {
  test('is not asked', async () => {
    const { measured } = await probe(http, { url }, { guard, names });
    expect(measured.ownFault).toMatchObject(REFUSED);
  });

  test('is not followed to', async () => {
    await using server = await sendingTo(url);
    const { measured } = await probe(http, { url: `http://${server.at}/`, follow: 'any' }, { guard, names });
    expect(measured.ownFault).toMatchObject(REFUSED);
  });

  test('is no step of a flow', async () => {
    await using server = await sendingTo(url);
    const steps = [
      { name: 'first', url: `http://${server.at}/`, follow: 'never', expect: { status: 302 } },
      { name: 'second', url },
    ];
    const { measured } = await probe(flow, { steps }, { guard, names });
    expect(measured.ownFault).toMatchObject(REFUSED);
  });
});

// A name behind a proxy is resolved there, so the guard cannot see it: the reference says so.
test.each(DISGUISES)('%s is not asked for through a proxy', async (url) => {
  await using proxy = await httpTarget((_request, response) => void response.end('the secrets of this machine'));
  const { measured, judgement } = await probe(http, { url, proxy: `http://${proxy.at}` }, { guard, names });
  expect(measured.ownFault).toMatchObject(REFUSED);
  expect(JSON.stringify(judgement)).not.toContain('secrets of this machine');
  expect(proxy.accepted()).toBe(0);
});
test('a proxy is itself a place that may be forbidden', async () => {
  const { measured } = await probe(http, { url: 'http://a.test/', proxy: 'http://metadata.test:80' }, { guard, names });
  expect(measured.ownFault).toMatchObject(REFUSED);
});

test.each(['2852039166', '0xa9fea9fe', '0251.0376.0251.0376'])(
  '%s is a name to kinds that take hosts',
  async (host) => {
    const { judgement } = await probe(tcp, { host, port: 80 }, { guard });
    expect(judgement.class).toBe('dns.nxdomain');
  },
);
