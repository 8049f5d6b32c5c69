import { operation, READ } from '../operation.ts';

export const readOpenApi = operation({
  method: 'GET',
  path: '/api/v1/openapi.json',
  summary: 'This API in OpenAPI 3.1',
  access: READ,
  success: { status: 200, shape: { type: 'object' } },
  answer: ({ document }) => ({ kind: 'ok', body: document() as Readonly<Record<string, unknown>> }),
});
