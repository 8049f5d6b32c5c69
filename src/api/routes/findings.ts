import { arrayOf, listOf } from '../json-schema.ts';
import { operation, ok, READ } from '../operation.ts';
import { acceptedBody, AcceptedFindingShape, findingBody, FindingShape } from '../shapes/finding.ts';

const items = listOf(FindingShape);

export const listFindings = operation({
  method: 'GET',
  path: '/api/v1/findings',
  summary: 'What the running configuration leaves open, and what was accepted',
  access: READ,
  success: {
    status: 200,
    shape: {
      ...items,
      properties: {
        ...items.properties,
        accepted: { ...arrayOf(AcceptedFindingShape), description: 'findings that somebody decided to live with' },
      },
    },
  },
  answer: ({ findings }) => {
    const known = findings();
    return ok({ items: known.findings.map(findingBody), next: null, accepted: known.accepted.map(acceptedBody) });
  },
});
