import type { Diagnostic } from '../../model/configuration.ts';
import { arrayOf, COUNT, named, object, TEXT } from '../json-schema.ts';
import type { FromSchema } from '../json-schema.ts';

/** Something about the configuration that somebody should look at. Lines and columns count from 1. */
export const FindingShape = named(
  'Finding',
  object(
    {
      code: TEXT,
      severity: { type: 'string', enum: ['error', 'warning', 'info'] },
      subject: TEXT,
      message: TEXT,
      file: TEXT,
      line: COUNT,
      column: COUNT,
      endLine: COUNT,
      endColumn: COUNT,
      path: { ...arrayOf(TEXT), description: 'the path that proves it' },
      help: TEXT,
    },
    ['file', 'line', 'column', 'endLine', 'endColumn', 'path', 'help'],
  ),
);

/** A finding, as it is sent. */
export type FindingBody = FromSchema<typeof FindingShape>;

export function findingBody(finding: Diagnostic): FindingBody {
  const { code, severity, subject, message, place, path, help } = finding;
  return {
    code,
    severity,
    subject,
    message,
    ...place,
    ...(path === undefined ? {} : { path }),
    ...(help === undefined ? {} : { help }),
  };
}
