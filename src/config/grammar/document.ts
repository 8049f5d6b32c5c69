import { z } from 'zod';
import {
  DeadmanSchema,
  DefaultsSchema,
  LogSchema,
  MaintenanceSchema,
  RouteSchema,
  ServerSchema,
  TelemetrySchema,
  TrustSchema,
  VantageSchema,
} from './root.ts';
import { ServiceSchema } from './service.ts';

/** A whole document. Team files hold only `TEAM_KEYS` of it. */
export const DocumentSchema = z.strictObject({
  owner: z.string().min(1).optional().meta({ description: 'default owner of the services in this document' }),
  services: z.record(z.string(), ServiceSchema.nullable()).optional(),
  server: ServerSchema.optional().meta({ description: 'the daemon itself' }),
  defaults: DefaultsSchema.optional().meta({ description: "a probe's common fields, and the pace of paging" }),
  channels: z.record(z.string(), z.unknown().meta({ part: 'channel' })).optional(),
  routes: z.array(RouteSchema).optional().meta({ description: 'first match wins; with one channel none is needed' }),
  maintenance: z.array(MaintenanceSchema).optional(),
  vantage: VantageSchema.optional().meta({ description: 'is it us?' }),
  deadman: DeadmanSchema.optional(),
  trust: TrustSchema.optional(),
  log: LogSchema.optional(),
  telemetry: TelemetrySchema.optional(),
});

/** A key at the top of a document. */
export type DocumentKey = keyof z.output<typeof DocumentSchema>;

/** What a file that is not the root file may hold. */
export const TEAM_KEYS: readonly string[] = ['owner', 'services', 'maintenance'] satisfies readonly DocumentKey[];
