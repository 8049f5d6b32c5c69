import { request } from 'node:http';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startControl } from '../../src/world/control.ts';
import type { LoopbackServer } from '../../src/world/loopback-server.ts';
import type { WorldSwitch } from '../../src/world/switches.ts';

/** A switch that turns nothing but itself. */
function bareSwitch(id: WorldSwitch['id'], title: string): WorldSwitch {
  let active = false;
  const turn = (to: boolean) => (): Promise<void> => Promise.resolve(void (active = to));
  return {
    id,
    title,
    describe: 'breaks <nothing>',
    get active() {
      return active;
    },
    on: turn(true),
    off: turn(false),
  };
}

let switches: WorldSwitch[];
let control: LoopbackServer;
beforeEach(async () => {
  switches = [bareSwitch('store-401', 'Let it answer 401'), bareSwitch('rekor-down', 'Stop it')];
  control = await startControl({ switches, port: 0, watchedAt: 'http://127.0.0.1:9700' });
});
afterEach(() => control.close());

const call = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(control.url + path, { redirect: 'manual', ...init, signal: AbortSignal.timeout(5_000) });
const turn = (id: string, active: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  call(`/switches/${id}`, {
    method: 'POST',
    body: JSON.stringify({ active }),
    headers: { 'content-type': 'application/json', ...headers },
  });

describe('the control page', () => {
  it('lists the switches and turns them, for programs', async () => {
    const turned = await turn('store-401', true);
    expect(await turned.json()).toMatchObject({ id: 'store-401', active: true });
    expect(switches.map(({ active }) => active)).toEqual([true, false]);
    const list = (await (await call('/switches')).json()) as { items: unknown[] };
    expect(list.items).toMatchObject([
      { id: 'store-401', active: true },
      { id: 'rekor-down', active: false },
    ]);
    await turn('store-401', false);
    expect(await (await call('/switches/store-401')).json()).toMatchObject({ active: false });
  });

  it('shows a button for each switch that works without script', async () => {
    const page = await (await call('/')).text();
    expect(page).toContain('<form method="post" action="/switches/store-401">');
    expect(page).toContain('breaks &lt;nothing&gt;');
    expect(page).toContain('http://127.0.0.1:9700');
    expect(page).not.toContain('<script');
    const body = new URLSearchParams({ active: 'true' });
    const pressed = await call('/switches/store-401', { method: 'POST', body, headers: { origin: control.url } });
    expect([pressed.status, pressed.headers.get('location')]).toEqual([303, '/']);
    const after = await (await call('/')).text();
    expect(after).toContain('■ broken');
    expect(after).toContain('>Mend</button>');
  });

  it('turns nothing for the page of another site', async () => {
    const responses = [
      await turn('store-401', true, { origin: 'https://evil.example' }),
      await turn('store-401', true, { origin: 'null' }),
      await turn('store-401', true, { 'sec-fetch-site': 'cross-site' }),
    ];
    expect(responses.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(switches[0]?.active).toBe(false);
  });

  it('answers nothing under a name that was rebound to loopback', async () => {
    const rebound = request(control.url, { headers: { host: 'evil.example' } }).end();
    const [response] = (await once(rebound, 'response')) as [{ statusCode: number; resume: () => void }];
    response.resume();
    expect(response.statusCode).toBe(421);
  });

  it('says what is wrong with a request', async () => {
    expect((await turn('store-401', 'yes')).status).toBe(400);
    expect((await turn('nothing', true)).status).toBe(404);
    expect((await call('/switches/store-401', { method: 'DELETE' })).status).toBe(405);
  });
});
