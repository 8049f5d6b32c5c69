import { issueAuthority, issueIntermediate, issueServerCertificate } from '../../../src/world/certificate.ts';
import { newKeyPair } from '../../../src/world/key-pair.ts';
import type { ServedCertificate } from '../../../src/world/loopback-server.ts';

const DAY_MS = 86_400_000;

/** A server's certificate and that of the intermediate authority beside it, which can be made to end. */
export interface ExpiringChain {
  /** The authority to be trusted, PEM. */
  readonly root: string;
  /** What to serve at this moment: the leaf and the intermediate. */
  readonly served: () => ServedCertificate;
  /** From now on the intermediate ends at this moment (cut to whole seconds), while the leaf stays valid. */
  readonly expire: (at: number) => void;
  /** From now on it is good for years. */
  readonly renew: () => void;
}

/** A good one for 127.0.0.1; `issuer` is the intermediate's name. */
export function expiringChain(issuer: string): ExpiringChain {
  const notBefore = Date.now() - DAY_MS;
  const notAfter = Date.now() + 800 * DAY_MS;
  const root = issueAuthority({ commonName: `${issuer} Root`, keys: newKeyPair(), notBefore, notAfter });
  const keys = newKeyPair();
  const ending = (at: number) => issueIntermediate({ commonName: issuer, keys, notBefore, notAfter: at }, root);
  const leaf = issueServerCertificate(
    { commonName: '127.0.0.1', keys: newKeyPair(), notBefore, notAfter, names: ['127.0.0.1'] },
    ending(notAfter),
  );
  let intermediate = ending(notAfter);
  return {
    root: root.pem,
    served: () => ({ key: leaf.keyPem, cert: leaf.pem + intermediate.pem }),
    expire: (at) => (intermediate = ending(at)),
    renew: () => (intermediate = ending(notAfter)),
  };
}
