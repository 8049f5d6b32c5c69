import { listOf, request, TEXT } from '../json-schema.ts';
import { operation, ok, READ } from '../operation.ts';
import { problem } from '../problem.ts';
import {
  capabilityTitles,
  serviceBody,
  serviceDetailBody,
  ServiceDetailShape,
  ServiceShape,
} from '../shapes/service.ts';

export const listServices = operation({
  method: 'GET',
  path: '/api/v1/services',
  summary: 'All services with their capabilities and probes, by name',
  access: READ,
  success: { status: 200, shape: listOf(ServiceShape) },
  answer: ({ view }) => {
    const titles = capabilityTitles(view.configuration());
    return ok({ items: view.services().map((each) => serviceBody(each, titles)), next: null });
  },
});

export const readService = operation({
  method: 'GET',
  path: '/api/v1/services/:id',
  summary: 'One service, and what was declared about it',
  access: READ,
  params: request({ id: TEXT }),
  success: { status: 200, shape: ServiceDetailShape },
  answer: ({ view }, { params }) => {
    const configuration = view.configuration();
    const declared = configuration.services.find(({ id }) => id === params.id);
    const found = view.services().find(({ service }) => service === params.id);
    if (declared === undefined || found === undefined) return problem('not-found', `there is no service ${params.id}`);
    return ok(serviceDetailBody(found, capabilityTitles(configuration), declared));
  },
});
