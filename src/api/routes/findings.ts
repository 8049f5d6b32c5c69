import { listOf } from '../json-schema.ts';
import { operation, ok, READ } from '../operation.ts';
import { findingBody, FindingShape } from '../shapes/finding.ts';

export const listFindings = operation({
  method: 'GET',
  path: '/api/v1/findings',
  summary: 'What the running configuration leaves open',
  access: READ,
  success: { status: 200, shape: listOf(FindingShape) },
  answer: ({ findings }) => ok({ items: findings().map(findingBody), next: null }),
});
