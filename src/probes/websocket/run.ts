import { printable } from '../../ports/printable.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { keepBody, type KeptBody } from '../http/body.ts';
import { bodyFault } from '../http/judge.ts';
import { measuredAttempts, type Tried } from '../judging/attempts.ts';
import { keptChain } from '../judging/expiry.ts';
import { authorizationFor } from '../net/authorization.ts';
import { openConnection } from '../net/connection.ts';
import { eachAddress } from '../net/each-address.ts';
import { httpExchange } from '../net/http-exchange.ts';
import { maskFor } from '../net/mask.ts';
import { hostOf, portOf } from '../net/urls.ts';
import { converse, type Conversation } from './conversation.ts';
import { findingOf } from './judge.ts';
import type { WebsocketAttempt, WebsocketMeasured } from './measured.ts';
import { httpForm, type WebsocketOptions } from './options.ts';

const MAX_SHOWN = 500;

/** Looks the name up once, and has the same conversation with each address at the same time. */
export async function runWebsocket(options: WebsocketOptions, context: RunContext): Promise<WebsocketMeasured> {
  const host = hostOf(new URL(options.url));
  const each = await eachAddress(host, options, context, (address) => talk(options, address, context));
  const measured = measuredAttempts(each, (attempt) => findingOf(attempt, options), context);
  const server = measured.attempts[0]?.server;
  return { ...measured, facts: { ...measured.facts, ...(server !== undefined && { server }) } };
}

async function talk(options: WebsocketOptions, address: string, context: RunContext): Promise<Tried<WebsocketAttempt>> {
  const nothing = { address, opened: false, messages: 0, answerMs: 0, phases: {} };
  const { auth, tls, resolver, family } = options;
  const url = new URL(httpForm(options.url));
  const credentials = { url: url.href, follow: 'never', maxBytes: 0, auth, tls, resolver, family } as const;
  const authorization = await authorizationFor(credentials, context, httpExchange);
  if ('stopped' in authorization) return { attempt: { ...nothing, stopped: authorization.stopped } };

  const secure = url.protocol === 'https:';
  const target = { address, port: portOf(url), host: hostOf(url), tls: secure ? tls : undefined };
  const { socket, phases, stopped, tls: seen } = await openConnection(target, context);
  const reached = { ...nothing, phases, ...(seen !== undefined && { chain: keptChain(seen.chain) }) };
  if (socket === undefined) return { attempt: { ...reached, ...(stopped !== undefined && { stopped }) }, tls: seen };

  const mask = maskFor(options, [authorization.token]);
  const headers = Object.fromEntries(Object.entries(options.headers).map(([name, value]) => [name, value.reveal()]));
  const { expect, subprotocols, send = [] } = options;
  let message: KeptBody | undefined;
  const conversation = await converse(
    socket,
    {
      url: options.url,
      request: { url, address, headers: { ...headers, ...authorization.headers } },
      subprotocols,
      send,
      hear:
        expect &&
        ((bytes) => {
          message = keepBody(bytes, expect, mask);
          return bodyFault(message, expect) === undefined;
        }),
    },
    context,
  );
  const attempt = { ...reached, ...keptOf(conversation, mask.text), ...(message !== undefined && { message }) };
  return { attempt: { ...attempt, phases: { ...phases, ...phasesOf(conversation) } }, tls: seen };
}

function phasesOf({ upgradeMs, totalMs }: Conversation) {
  return upgradeMs === undefined ? {} : { firstByte: upgradeMs, transfer: Math.max(0, totalMs - upgradeMs) };
}

function keptOf(
  conversation: Conversation,
  mask: (text: string) => string,
): Omit<WebsocketAttempt, 'address' | 'phases' | 'message' | 'chain'> {
  const { status, headers, opened, messages, closed, stopped, totalMs, upgradeMs = totalMs } = conversation;
  const shown = (name: string) => {
    const value = headers?.[name]?.toString();
    return value === undefined ? undefined : printable(mask(value), MAX_SHOWN);
  };
  const location = shown('location')?.replace(/\?.*$/, '?…');
  const challenge = shown('www-authenticate');
  const server = shown('server')?.slice(0, 200);
  return {
    opened,
    messages,
    answerMs: totalMs - upgradeMs,
    ...(status !== undefined && { status }),
    ...(location !== undefined && { location }),
    ...(challenge !== undefined && { challenge }),
    ...(server !== undefined && { server }),
    ...(closed !== undefined && { closed: { ...closed, reason: printable(mask(closed.reason), MAX_SHOWN) } }),
    ...(stopped !== undefined && { stopped: { ...stopped, message: mask(stopped.message) } }),
  };
}
