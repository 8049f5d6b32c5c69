import type { ProbeKind } from '../ports/probe-kind.ts';
import { judgeWebsocket, REACH, stepsOf, UPGRADE } from './websocket/judge.ts';
import type { WebsocketMeasured } from './websocket/measured.ts';
import { websocketOptions, type WebsocketOptions } from './websocket/options.ts';
import { runWebsocket } from './websocket/run.ts';
import { NETWORK_FACTS } from './net/fact-names.ts';

/** Opens a WebSocket, says something, and listens for what is expected. */
export const websocket: ProbeKind<WebsocketOptions, WebsocketMeasured> = {
  name: 'websocket',
  description:
    'Opens a WebSocket at each address of a host, sends what it is told to, and listens until a message is as ' +
    'expected. Without `expect` it is shallow: it proves that the upgrade is granted.',
  example: `kind: websocket
url: wss://live.example/feed
subprotocols: [v2.feed]
send: '{"subscribe":"heartbeat"}'
expect: { json: { $.type: heartbeat } }
`,
  schema: websocketOptions,
  traits: {
    steps: [
      { name: REACH, kind: 'reach' },
      { name: UPGRADE, kind: 'read' },
    ],
    facts: [...NETWORK_FACTS, 'server'],
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: ({ expect }) => expect !== undefined,
  shorthand: { example: 'wss://live.example/feed', schemes: ['ws', 'wss'], options: (url) => ({ url }) },
  steps: stepsOf,
  run: runWebsocket,
  judge: judgeWebsocket,
  variables: { status: 'int', body: 'string', json: 'dyn' },
};
