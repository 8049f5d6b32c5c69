import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

/** An answer, as it came. `json` is null where the body is not JSON. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into what came back
  readonly json: any;
}

/** What is sent. An object or a list as `body` is sent as JSON, text as it is. */
export interface Ask {
  readonly method?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** One request on a connection of its own, with any headers: Host too, which `fetch` does not let a caller set. */
export async function ask(url: string, { method = 'GET', token, headers = {}, body }: Ask = {}): Promise<Answered> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      agent: false,
      headers: {
        ...(typeof body === 'object' ? { 'content-type': 'application/json' } : {}),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) }),
        ...headers,
      },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const received = Buffer.concat(chunks).toString('utf8');
        const isJson = /\bjson\b/.test(response.headers['content-type'] ?? '');
        const { statusCode: status = 0, headers: got } = response;
        resolve({ status, headers: got, text: received, json: isJson ? JSON.parse(received) : null });
      });
    });
    sent.end(text);
  });
}

/** One field of every item of a list that came back. */
export function pluck(list: unknown, field: string): unknown[] {
  return (list as Record<string, unknown>[]).map((each) => each[field]);
}

/** The item of a list whose field has this value. */
export function which(list: unknown, field: string, value: string): Answered['json'] {
  return (list as Record<string, unknown>[]).find((each) => each[field] === value);
}
