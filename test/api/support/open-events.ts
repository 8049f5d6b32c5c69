import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { ChangeBody } from '../../../src/api/routes/events.ts';

/** A listener at a stream of server-sent events. */
export interface Events extends AsyncDisposable {
  /** The next event `change`; rejects when the stream ends first. */
  readonly next: () => Promise<{ readonly id: string; readonly data: ChangeBody }>;
}

/** Opens the stream; rejects where the answer is not 200. */
export async function openEvents(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Events> {
  const asked = request(url, { agent: false, headers });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) {
    response.resume();
    throw new Error(`asked ${url}, got ${String(response.statusCode)}`);
  }
  const lines = createInterface({ input: response })[Symbol.asyncIterator]();
  return {
    next: async () => {
      let id = '';
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error('the stream has ended');
        const line: string = value;
        if (line.startsWith('id: ')) id = line.slice(4);
        if (line.startsWith('data: ')) return { id, data: JSON.parse(line.slice(6)) as ChangeBody };
      }
    },
    [Symbol.asyncDispose]: async () => {
      asked.destroy();
      if (!response.closed) await once(response, 'close').catch(() => undefined);
    },
  };
}
