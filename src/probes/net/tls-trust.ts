import { createHash } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Secret } from '../../model/secret.ts';

/** What a probe may say about TLS, parsed (fields.ts). PEM texts. */
export interface TlsFields {
  /** Trusted instead of the system's roots. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: Secret | undefined;
  /** The name that is asked for and that the certificate must have; the host's where absent. */
  readonly servername?: string | undefined;
  /** A certificate of the chain that ends sooner is a warning, `tls.expiring`. */
  readonly minDaysLeft: number;
  readonly minVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3' | undefined;
  /** Key exchange groups in order of preference, as OpenSSL names them. */
  readonly groups?: readonly string[] | undefined;
}

const MAX_REMEMBERED = 256;

/**
 * One `SecureContext` for each trust configuration: loading the root certificates anew for each run costs
 * eight times a handshake. A memo, not state: equal fields always give an equal context, so that two daemons
 * in one process can share it unseen. Contexts hold no sessions (we never resume one).
 */
const remembered = new Map<string, SecureContext>();

/** The context for these fields. Throws what Node throws where a PEM text is none: callers call that misconfigured. */
export function secureContextFor(fields: TlsFields | undefined): SecureContext {
  const id = contextId(fields);
  const known = remembered.get(id);
  if (known !== undefined) return known;
  const context = createSecureContext({
    ...(fields?.ca !== undefined && { ca: fields.ca }),
    ...(fields?.cert !== undefined && { cert: fields.cert }),
    ...(fields?.key !== undefined && { key: fields.key.reveal() }),
    ...(fields?.minVersion !== undefined && { minVersion: fields.minVersion }),
    ...(fields?.groups !== undefined && { ecdhCurve: fields.groups.join(':') }),
  });
  const oldest = remembered.keys().next();
  if (remembered.size >= MAX_REMEMBERED && !oldest.done) remembered.delete(oldest.value);
  remembered.set(id, context);
  return context;
}

function contextId(fields: TlsFields | undefined): string {
  const parts = [fields?.ca, fields?.cert, fields?.key?.reveal(), fields?.minVersion, fields?.groups?.join(':')];
  return createHash('sha256')
    .update(JSON.stringify(parts.map((part) => part ?? null)))
    .digest('base64');
}
