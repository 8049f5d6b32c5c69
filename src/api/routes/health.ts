import { arrayOf, FLAG, object, TEXT } from '../json-schema.ts';
import { OPEN, operation } from '../operation.ts';

const LivenessShape = object({ live: FLAG, reasons: arrayOf(TEXT) });
const ReadinessShape = object({ ready: FLAG, reasons: arrayOf(TEXT) });

export const readLiveness = operation({
  method: 'GET',
  path: '/healthz',
  summary: 'Whether the loops turn',
  access: OPEN,
  unlimited: true,
  success: { status: 200, shape: LivenessShape },
  also: { 503: LivenessShape },
  answer: ({ view }) => {
    const { live, reasons } = view.health();
    return { kind: 'ok', body: { live, reasons }, status: live ? 200 : 503 };
  },
});

export const readReadiness = operation({
  method: 'GET',
  path: '/readyz',
  summary: 'Whether every probe has had its first run',
  access: OPEN,
  unlimited: true,
  success: { status: 200, shape: ReadinessShape },
  also: { 503: ReadinessShape },
  answer: ({ view }) => {
    const { ready, reasons } = view.health();
    return { kind: 'ok', body: { ready, reasons }, status: ready ? 200 : 503 };
  },
});
