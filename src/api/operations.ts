import type { Operation } from './operation.ts';
import { listChannels, testChannel } from './routes/channels.ts';
import { announceChange, listChanges } from './routes/changes.ts';
import { streamEvents } from './routes/events.ts';
import { listFindings } from './routes/findings.ts';
import { readGraph } from './routes/graph.ts';
import { readLiveness, readReadiness } from './routes/health.ts';
import { pushHeartbeat } from './routes/heartbeats.ts';
import { predictImpact } from './routes/impact.ts';
import {
  acknowledgeIncident,
  closeIncident,
  labelIncident,
  listIncidents,
  noteIncident,
  readIncident,
} from './routes/incidents.ts';
import { endMaintenance, listMaintenance, planMaintenance } from './routes/maintenance.ts';
import { readMetrics } from './routes/metrics.ts';
import { listObservations, pushObservation, summariseObservations } from './routes/observations.ts';
import { readOpenApi } from './routes/open-api.ts';
import { askReplay } from './routes/replay.ts';
import { listServices, readService } from './routes/services.ts';
import { closeSession, openSession, readSession } from './routes/session.ts';
import { readState } from './routes/state.ts';
import { addSilence, endSilence, listSilences } from './routes/silences.ts';
import { readStats } from './routes/stats.ts';
import { readStatus } from './routes/status.ts';
import { readStrips } from './routes/strips.ts';
import { verifyServices } from './routes/verify.ts';

/** Every route of the API. What is listed here is served and documented; the page's files stand apart. */
export const OPERATIONS: readonly Operation[] = [
  readStatus,
  readState,
  readStats,
  listServices,
  readService,
  readGraph,
  listIncidents,
  readIncident,
  acknowledgeIncident,
  noteIncident,
  labelIncident,
  closeIncident,
  listChannels,
  testChannel,
  listSilences,
  addSilence,
  endSilence,
  listMaintenance,
  planMaintenance,
  endMaintenance,
  listObservations,
  summariseObservations,
  readStrips,
  listFindings,
  listChanges,
  announceChange,
  predictImpact,
  verifyServices,
  askReplay,
  pushHeartbeat,
  streamEvents,
  readSession,
  openSession,
  closeSession,
  pushObservation,
  readOpenApi,
  readLiveness,
  readReadiness,
  readMetrics,
];
