import { INSTANT, request } from '../json-schema.ts';
import { operation, ok, READ } from '../operation.ts';
import { problem, refused } from '../problem.ts';
import { figuresBody, FiguresShape } from '../shapes/figures.ts';

const DEFAULT_SPAN_MS = 30 * 86_400_000;

export const readStats = operation({
  method: 'GET',
  path: '/api/v1/stats',
  summary: 'Pages, times to page and to acknowledge, availability, flappiest probes',
  access: READ,
  query: request(
    {
      from: { ...INSTANT, description: 'default: thirty days before to' },
      to: { ...INSTANT, description: 'exclusive; default: now' },
    },
    ['from', 'to'],
  ),
  success: { status: 200, shape: FiguresShape },
  answer: async ({ past, wall }, { query }) => {
    const to = query.to === undefined ? wall() : Date.parse(query.to);
    const from = query.from === undefined ? to - DEFAULT_SPAN_MS : Date.parse(query.from);
    if (from >= to) return problem('invalid', 'from must lie before to');
    const found = await past.figures({ from, to });
    return 'kind' in found ? refused(found) : ok(figuresBody(found));
  },
});
