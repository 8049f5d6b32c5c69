/**
 * The stages of a check, in causal order: a name must resolve before a connection can be made, and so
 * on. The first failing stage names the class. `probe` is the monitor's own fault and means *unknown*.
 */
export const STAGES = [
  'probe',
  'dns',
  'connect',
  'tls',
  'protocol',
  'http',
  'auth',
  'quota',
  'identity',
  'integrity',
  'freshness',
  'semantic',
  'dependency',
  'latency',
  'info',
] as const;

/** One stage of a check. */
export type Stage = (typeof STAGES)[number];

/** Every failure class, `stage.reason`: a closed set, shared by probes, rules, metrics and pages. */
export const FAILURE_CLASSES = [
  'probe.misconfigured',
  'probe.clock_skew',
  'probe.event_loop',
  'probe.clock',
  'probe.network',
  'probe.resources',
  'dns.nxdomain',
  'dns.servfail',
  'dns.timeout',
  'dns.empty',
  'dns.drift',
  'connect.refused',
  'connect.timeout',
  'connect.reset',
  'connect.unreachable',
  'connect.partial',
  'tls.name_mismatch',
  'tls.expired',
  'tls.expiring',
  'tls.untrusted',
  'tls.handshake',
  'protocol.malformed',
  'protocol.unexpected_redirect',
  'protocol.timeout',
  'protocol.too_large',
  'http.5xx',
  'http.4xx',
  'http.redirect_loop',
  'auth.unauthorized',
  'auth.forbidden',
  'auth.expired_credential',
  'quota.rate_limited',
  'quota.storage_full',
  'identity.key_mismatch',
  'identity.tree_mismatch',
  'identity.root_mismatch',
  'identity.realm_mismatch',
  'identity.environment_mismatch',
  'identity.cluster_mismatch',
  'identity.pin_mismatch',
  'integrity.rollback',
  'integrity.consistency_invalid',
  'integrity.signature_invalid',
  'integrity.inclusion_invalid',
  'integrity.blob_missing',
  'integrity.digest_mismatch',
  'freshness.stalled',
  'freshness.stale_read',
  'freshness.expired_metadata',
  'freshness.missed',
  'semantic.assertion',
  'semantic.unevaluable',
  'semantic.missing',
  'semantic.canary_missing',
  'semantic.unsupported',
  'semantic.read_only',
  'semantic.read_path_broken',
  'semantic.wrong_value',
  'semantic.write_refused',
  'semantic.not_ready',
  'semantic.exit_status',
  'dependency.component',
  'dependency.ctlog',
  'latency.timeout',
  'latency.saturated',
  'info.rotation',
] as const;

/** A failure class, `stage.reason`. */
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/**
 * How a needed capability fails, as its dependents feel it; what a cache may or may not cover.
 * `unreachable`: no answer · `error`: an answer that says so · `wrong`: an answer not to be believed ·
 * `slow`: a right answer, too late.
 */
export const MODES = ['unreachable', 'error', 'wrong', 'slow'] as const;

/** How a needed capability fails. */
export type Mode = (typeof MODES)[number];
