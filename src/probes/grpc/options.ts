import { isIP } from 'node:net';
import { z } from 'zod';
import type { ImpliedOption } from '../../ports/probe-kind.ts';
import { networkFields, tlsFields } from '../net/fields.ts';

/** The `grpc` kind's own fields. */
export const grpcOptions = z.strictObject({
  target: z
    .string()
    .refine((text) => parseTarget(text) !== undefined, 'not a host and its port; write it like orders.example:50051'),
  service: z.string().max(1000).default(''),
  tls: tlsFields.unwrap().optional(),
  ...networkFields,
});

/** What a `grpc` probe does, parsed. */
export type GrpcOptions = z.output<typeof grpcOptions>;

/** Where a target stands; undefined where the text is none. */
export function parseTarget(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, name, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9_.-]{1,253})):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? name;
  const port = Number(digits);
  if (host === undefined || (bracketed !== undefined && isIP(bracketed) !== 6)) return undefined;
  return port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

/** What `grpc://host:port/service` means, and `grpcs://` over TLS. */
export function optionsOfUrl(url: string): Record<string, ImpliedOption> {
  const [, secure, target, service] = /^grpc(s?):\/\/([^/]*)\/?(.*)$/s.exec(url) ?? [];
  return {
    target: target ?? url,
    ...(service !== undefined && service !== '' && { service }),
    ...(secure === 's' && { tls: {} }),
  };
}
