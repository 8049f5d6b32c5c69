import { z } from 'zod';

/** The field by which a service's certificate is verified otherwise than by the system's authorities. */
export function tlsField() {
  return z.strictObject({ ca: z.string().min(1) }).optional();
}
