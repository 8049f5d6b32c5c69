import { announcedChange } from '../incoming/announced-change.ts';
import { instant } from '../instant.ts';
import { INSTANT, listOf, named, NULLABLE_TEXT, object, request, TEXT } from '../json-schema.ts';
import type { FromSchema } from '../json-schema.ts';
import { operation, ok, READ } from '../operation.ts';
import type { ApiContext } from '../operation.ts';
import { problem, refused } from '../problem.ts';

const ChangeShape = named(
  'Change',
  object({ at: INSTANT, service: TEXT, summary: TEXT, by: NULLABLE_TEXT, url: NULLABLE_TEXT }),
);

/** An announced change, as it is sent. */
export type AnnouncedChangeBody = FromSchema<typeof ChangeShape>;

/** Of what a CI job's clock may be ahead of ours. */
const FUTURE_MS = 60_000;

export const listChanges = operation({
  method: 'GET',
  path: '/api/v1/changes',
  summary: 'Changes that were announced, newest first',
  access: READ,
  success: { status: 200, shape: listOf(ChangeShape) },
  answer: ({ view }) => {
    const items = view.changes().map(({ at, service, summary, by, url }) => {
      return { at: instant(at), service, summary, by: by ?? null, url: url ?? null };
    });
    return ok({ items: items.reverse(), next: null });
  },
});

export const announceChange = operation({
  method: 'POST',
  path: '/api/v1/changes',
  summary: 'Announces a change: a deploy, a moved name, a new key; plain, as a CloudEvent or as a CDEvent',
  access: { kind: 'write', role: 'reporter' },
  translate: announcedChange,
  body: request(
    {
      service: { type: 'string', minLength: 1, maxLength: 200 },
      summary: { type: 'string', minLength: 1, maxLength: 1000 },
      at: { ...INSTANT, description: 'when it took place; default: now' },
      by: { type: 'string', minLength: 1, maxLength: 200, description: "default: the token's name" },
      url: { type: 'string', pattern: '^https?://', maxLength: 2000 },
    },
    ['at', 'by', 'url'],
  ),
  success: { status: 201, shape: ChangeShape },
  answer: async ({ view, wall }, { body, by: token }) => {
    const { service, summary, by = token, url } = body;
    const at = body.at === undefined ? wall() : Date.parse(body.at);
    if (at > wall() + FUTURE_MS) return problem('invalid', `at: ${body.at ?? ''} lies in the future`);
    const isRepeated = body.at !== undefined && view.changes().some(isSame({ service, summary, at, by, url }));
    const refusal = isRepeated
      ? undefined
      : await view.change({ service, summary, at, by, ...(url === undefined ? {} : { url }) });
    if (refusal !== undefined) return refused(refusal);
    return ok({ at: instant(at), service, summary, by, url: url ?? null });
  },
});

type Known = ReturnType<ApiContext['view']['changes']>[number];

/** Senders of events send again what they do not know to have arrived. */
function isSame(change: { [Name in keyof Known]: Known[Name] | undefined }): (known: Known) => boolean {
  return ({ service, summary, at, by, url }) =>
    service === change.service &&
    summary === change.summary &&
    at === change.at &&
    by === change.by &&
    url === change.url;
}
