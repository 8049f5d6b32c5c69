import { operation, ok, READ } from '../operation.ts';
import { graphBody, GraphShape } from '../shapes/graph.ts';

export const readGraph = operation({
  method: 'GET',
  path: '/api/v1/graph',
  summary: 'The compiled graph with the states of now',
  access: READ,
  success: { status: 200, shape: GraphShape },
  answer: ({ view }) => ok(graphBody(view)),
});
