import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAILURE_CLASSES } from '../../src/model/failure.ts';
import type { FailureClass } from '../../src/model/failure.ts';

const SOURCE = join(import.meta.dirname, '../../src');
/** Where runs are judged. Other places name classes only to find words for them. */
const GIVERS = ['probes', 'daemon', 'core/detect', 'core/judge'];
const IS_CLASS: ReadonlySet<string> = new Set(FAILURE_CLASSES);

/** What each class means to whoever reads it in a page. Complete, by its type. */
export const CLASS_MEANINGS: Readonly<Record<FailureClass, string>> = {
  'probe.misconfigured': 'the probe cannot do what it was told, for example a proxy or an address that may not be used',
  'probe.clock_skew': "this host's clock is off",
  'probe.event_loop': 'Tocsin itself stood still during the run',
  'probe.clock': "this host's clock stepped during the run",
  'probe.network': "this host's own network failed",
  'probe.resources': 'this host has no descriptors, memory or runs left',
  'dns.nxdomain': 'the name does not exist',
  'dns.servfail': 'the name server answered with an error',
  'dns.timeout': 'the name server did not answer',
  'dns.empty': 'the name exists and has no such record',
  'dns.drift': 'the answer is not among those expected, or name servers disagree',
  'connect.refused': 'nothing listens there',
  'connect.timeout': 'no connection in time; usually a firewall that drops',
  'connect.reset': 'the connection was cut',
  'connect.unreachable': 'no route there',
  'connect.partial': 'some of the addresses work and some do not',
  'tls.name_mismatch': 'the certificate is for another name',
  'tls.expired': 'a certificate is out of date, or not valid yet',
  'tls.expiring': 'a certificate ends soon; a warning, never a failure',
  'tls.untrusted': 'the chain leads to no authority that is trusted',
  'tls.handshake': 'no common protocol, or something that is not TLS',
  'protocol.malformed': 'the answer is not what this protocol looks like',
  'protocol.unexpected_redirect': 'sent to another place, for example to a login page',
  'protocol.timeout': 'a step of the protocol took too long',
  'protocol.too_large': 'the answer is larger than it may be',
  'http.5xx': 'the server says that it failed',
  'http.4xx': 'the server says that the request was wrong',
  'http.redirect_loop': 'redirects without end',
  'auth.unauthorized': 'the credential was refused, or none was sent where one is needed',
  'auth.forbidden': 'the credential is good and not allowed to do this',
  'auth.expired_credential': 'the credential ran out',
  'quota.rate_limited': 'too many requests',
  'quota.storage_full': 'no room left',
  'identity.key_mismatch': 'it signs with a key that is not pinned',
  'identity.tree_mismatch': 'it is another log, or another shard of it',
  'identity.root_mismatch': 'it stands on another root than it says or is pinned',
  'identity.realm_mismatch': 'it sends clients elsewhere to log in',
  'identity.environment_mismatch': 'it is another environment, for example staging',
  'identity.cluster_mismatch': 'it is another cluster',
  'identity.pin_mismatch': 'a fact is not what `pin` says',
  'integrity.rollback': 'it went back to an older state',
  'integrity.consistency_invalid': 'it does not continue what was verified before',
  'integrity.signature_invalid': 'signed by the right key, over something else',
  'integrity.inclusion_invalid': 'the proof that an entry is included does not hold',
  'integrity.blob_missing': 'content that is listed is gone',
  'integrity.digest_mismatch': 'the content is not what its digest says',
  'freshness.stalled': 'it takes things in and does not work on them',
  'freshness.stale_read': 'what is read is older than it may be',
  'freshness.expired_metadata': 'signed metadata ran out',
  'freshness.missed': 'no sign of life in time',
  'semantic.assertion': 'an assertion is not true',
  'semantic.unevaluable': 'an assertion or expectation could not be evaluated: something is missing',
  'semantic.missing': 'something expected is not there',
  'semantic.canary_missing': 'a known entry is gone',
  'semantic.unsupported': 'it does not offer what is needed',
  'semantic.read_only': 'it does not take writes',
  'semantic.read_path_broken': 'what was written cannot be read',
  'semantic.wrong_value': 'a well-formed answer with the wrong content',
  'semantic.write_refused': 'a write was answered and not done',
  'semantic.not_ready': 'it is starting, or has no quorum',
  'semantic.exit_status': 'a program said by its exit status that something is wrong',
  'dependency.component': 'it says that a part of it is unhealthy',
  'dependency.ctlog': 'it cannot reach its certificate transparency log',
  'latency.timeout': 'it hung: no end of the answer before the deadline',
  'latency.saturated': 'it works, too slowly',
  'info.rotation': 'a planned rotation was seen; a warning, never a failure',
};

/** The classes that a probe kind's own sources name, in causal order. */
export function classesOfKind(kind: string): readonly FailureClass[] {
  const room = join(SOURCE, 'probes');
  return namedIn([join(room, `${kind}.ts`), ...filesUnder(join(room, kind))]);
}

/** The classes that some part of the program gives today; the others are kept for kinds to come. */
export function classesGiven(): ReadonlySet<FailureClass> {
  return new Set(namedIn(GIVERS.flatMap((folder) => filesUnder(join(SOURCE, folder)))));
}

function namedIn(files: readonly string[]): readonly FailureClass[] {
  const found = new Set<string>();
  for (const file of files) {
    for (const [, text] of readFileSync(file, 'utf8').matchAll(/'([a-z]+\.[a-z0-9_]+)'/g))
      if (text !== undefined && IS_CLASS.has(text)) found.add(text);
  }
  return FAILURE_CLASSES.filter((failureClass) => found.has(failureClass));
}

function filesUnder(folder: string): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return []; // a kind of one file has no folder
  }
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name));
}
