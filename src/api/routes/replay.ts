import { INSTANT, request, TEXT } from '../json-schema.ts';
import { operation, ok } from '../operation.ts';
import { problem, refused } from '../problem.ts';
import { ReplayShape } from '../shapes/replay.ts';

/** Files of one set of rules; all of them together are as large as a body may be. */
const MAX_FILES = 100;

/** A question that changes nothing, but takes a processor for up to a minute: an operator's. */
export const askReplay = operation({
  method: 'POST',
  path: '/api/v1/replay',
  summary: 'Decides a part of the log again: as it was, or under other rules',
  access: { kind: 'write', role: 'operator' },
  body: request(
    {
      rules: {
        type: 'object',
        additionalProperties: TEXT,
        description: 'names of files (tocsin.yaml the root) to their YAML; no reference in it is filled in',
      },
      from: INSTANT,
      to: { ...INSTANT, description: 'exclusive' },
    },
    ['rules', 'from', 'to'],
  ),
  success: { status: 200, shape: ReplayShape },
  answer: async ({ past }, { body: { rules, from, to } }) => {
    if (rules !== undefined && Object.keys(rules).length > MAX_FILES)
      return problem('invalid', `rules: more than ${String(MAX_FILES)} files`);
    const found = await past.replay({
      ...(rules === undefined ? {} : { rules }),
      ...(from === undefined ? {} : { from: Date.parse(from) }),
      ...(to === undefined ? {} : { to: Date.parse(to) }),
    });
    return 'kind' in found ? refused(found) : ok(found);
  },
});
