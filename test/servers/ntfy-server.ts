import { startHttpReceiver } from './http-receiver.ts';
import type { HttpReceiver, ReceivedRequest, ServiceAnswer } from './http-receiver.ts';

/** A message as ntfy pushes it. */
export interface NtfyMessage {
  readonly topic: string;
  readonly title: string;
  readonly message: string;
  readonly priority: number;
  readonly tags: readonly string[];
  readonly click?: string;
}

/** An ntfy server with one token; `receiver.react` is its fault switch. */
export interface NtfyServer extends AsyncDisposable {
  readonly url: string;
  readonly receiver: HttpReceiver;
  readonly messages: readonly NtfyMessage[];
}

/** The token that every server of this kind knows. */
export const NTFY_TOKEN = 'tk_0123456789abcdef';
const MAX_BYTES = 4096;

/** Starts one; a message of more than 4,096 bytes would become a file, and is refused here. */
export async function startNtfyServer(): Promise<NtfyServer> {
  const messages: NtfyMessage[] = [];
  const serve = ({ path, headers, body }: ReceivedRequest): ServiceAnswer => {
    if (headers.authorization !== `Bearer ${NTFY_TOKEN}`) return refused(403, 40301, 'forbidden');
    const said = JSON.parse(body) as NtfyMessage & { markdown?: boolean };
    if (path !== '/' || said.markdown === true) return refused(400, 40024, 'not JSON to the root');
    if (said.priority < 1 || said.priority > 5) return refused(400, 40007, 'invalid priority');
    if (said.message === '' || Buffer.byteLength(said.message + said.title) > MAX_BYTES)
      return refused(413, 41301, 'too large');
    messages.push(said);
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id: 'x', ...said }) };
  };
  const receiver = await startHttpReceiver({ kind: 'serve', serve });
  return { url: receiver.url, receiver, messages, [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose]() };
}

function refused(status: number, code: number, error: string): ServiceAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, http: status, error }),
  };
}
