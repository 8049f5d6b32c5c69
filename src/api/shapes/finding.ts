import type { AcceptedFinding, Diagnostic, Lean } from '../../model/configuration.ts';
import { arrayOf, COUNT, named, object, TEXT } from '../json-schema.ts';
import type { FromSchema } from '../json-schema.ts';

const PLACE = { file: TEXT, line: COUNT, column: COUNT, endLine: COUNT, endColumn: COUNT };

const EdgeShape = object({
  from: { ...TEXT, description: 'a capability, or the name of a way out or a channel' },
  to: TEXT,
  kind: {
    type: 'string',
    enum: ['hard', 'soft', 'cached', 'any', 'recovery', 'start', 'channel'] satisfies Lean['kind'][],
  },
  ...PLACE,
});

const PARTS = {
  code: TEXT,
  severity: { type: 'string', enum: ['error', 'warning', 'info'] },
  subject: TEXT,
  message: TEXT,
  ...PLACE,
  path: { ...arrayOf(TEXT), description: 'the path that proves it' },
  proofs: {
    ...arrayOf(object({ title: TEXT, edges: arrayOf(EdgeShape) })),
    description: 'every path that proves it, each edge with its place',
  },
  help: TEXT,
} as const;

const OPTIONAL = ['file', 'line', 'column', 'endLine', 'endColumn', 'path', 'proofs', 'help'] as const;

/** Something about the configuration that somebody should look at. Lines and columns count from 1. */
export const FindingShape = named('Finding', object(PARTS, OPTIONAL));

/** A finding that somebody decided to live with. */
export const AcceptedFindingShape = named(
  'AcceptedFinding',
  object({ ...PARTS, because: TEXT, until: { ...TEXT, description: 'a day, which is included' } }, OPTIONAL),
);

/** A finding, as it is sent. */
export type FindingBody = FromSchema<typeof FindingShape>;

/** A finding as `check --json` and the API give it: the place's parts stand beside the rest. */
export function findingBody(finding: Diagnostic): FindingBody {
  const { code, severity, subject, message, place, path, proofs, help } = finding;
  return {
    code,
    severity,
    subject,
    message,
    ...place,
    ...(path === undefined ? {} : { path }),
    ...(proofs === undefined
      ? {}
      : {
          proofs: proofs.map(({ title, edges }) => ({
            title,
            edges: edges.map(({ from, to, kind, place: at }) => ({ from, to, kind, ...at })),
          })),
        }),
    ...(help === undefined ? {} : { help }),
  };
}

/** An accepted finding as `check --json` and the API give it. */
export function acceptedBody({ finding, acceptance }: AcceptedFinding): FromSchema<typeof AcceptedFindingShape> {
  return { ...findingBody(finding), because: acceptance.because, until: acceptance.until };
}
