import { operation, ok, READ } from '../operation.ts';
import { StatusShape, statusBody } from '../shapes/status.ts';

export const readStatus = operation({
  method: 'GET',
  path: '/api/v1/status',
  summary: 'The whole, in a glance',
  access: READ,
  success: { status: 200, shape: StatusShape },
  answer: ({ view, version, wall }) => ok(statusBody(view.status(), version, wall())),
});
