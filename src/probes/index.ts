import type { Measured } from '../model/run.ts';
import type { ProbeKind } from '../ports/probe-kind.ts';
import { consul } from './consul.ts';
import { dns } from './dns.ts';
import { etcd } from './etcd.ts';
import { exec } from './exec.ts';
import { flow } from './flow.ts';
import { fulcio } from './fulcio.ts';
import { grpc } from './grpc.ts';
import { heartbeat } from './heartbeat.ts';
import { http } from './http.ts';
import { mysql } from './mysql.ts';
import { oci } from './oci.ts';
import { ping } from './ping.ts';
import { postgres } from './postgres.ts';
import { prometheus } from './prometheus.ts';
import { push } from './push.ts';
import { redis } from './redis.ts';
import { rekor } from './rekor.ts';
import { smtp } from './smtp.ts';
import { tcp } from './tcp.ts';
import { tls } from './tls.ts';
import { tuf } from './tuf.ts';
import { websocket } from './websocket.ts';
import { workersKv } from './workers-kv.ts';

/**
 * Every kind of probe: one file in this folder, one line here. The schema, the reference and `tocsin kinds`
 * derive from this list.
 */
export const PROBE_KINDS: readonly ProbeKind[] = [
  anyKind(consul),
  anyKind(dns),
  anyKind(etcd),
  anyKind(exec),
  anyKind(flow),
  anyKind(fulcio),
  anyKind(grpc),
  anyKind(heartbeat),
  anyKind(http),
  anyKind(mysql),
  anyKind(oci),
  anyKind(ping),
  anyKind(postgres),
  anyKind(prometheus),
  anyKind(push),
  anyKind(redis),
  anyKind(rekor),
  anyKind(smtp),
  anyKind(tcp),
  anyKind(tls),
  anyKind(tuf),
  anyKind(websocket),
  anyKind(workersKv),
];

/** A kind's options and measurements are its own affair: whoever holds the list hands them back unlooked at. */
function anyKind<Options, M extends Measured>(kind: ProbeKind<Options, M>): ProbeKind {
  return kind as unknown as ProbeKind;
}
