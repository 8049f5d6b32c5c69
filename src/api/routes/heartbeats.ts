import type { ProbeId } from '../../model/ids.ts';
import { ANYTHING, request, TEXT } from '../json-schema.ts';
import { operation } from '../operation.ts';
import { refused } from '../problem.ts';

export const pushHeartbeat = operation({
  method: 'POST',
  path: '/api/v1/heartbeats/:service/:probe',
  summary: 'A sign of life, with any JSON or nothing',
  access: { kind: 'write', role: 'reporter' },
  params: request({ service: TEXT, probe: TEXT }),
  body: ANYTHING,
  bodyOptional: true,
  success: { status: 204 },
  ownToken: ({ heartbeatToken }, { service, probe }) => heartbeatToken(`${service}/${probe}` as ProbeId),
  answer: async ({ view }, { params, body }) => {
    const refusal = await view.heartbeat(`${params.service}/${params.probe}` as ProbeId, body ?? null);
    return refusal === undefined ? { kind: 'ok', body: undefined } : refused(refusal);
  },
});
