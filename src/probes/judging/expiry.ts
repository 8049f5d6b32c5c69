import type { Warning } from '../../model/run.ts';
import type { CertificateFacts } from '../net/tls-facts.ts';

const DAY_MS = 86_400_000;

/** What of a certificate is kept in a measurement. */
export type KeptCertificate = Pick<CertificateFacts, 'subject' | 'notAfter'>;

/** What of a chain is kept in a measurement. */
export function keptChain(chain: readonly CertificateFacts[]): readonly KeptCertificate[] {
  return chain.map(({ subject, notAfter }) => ({ subject, notAfter }));
}

/** A warning for each certificate of the chain that ends within `minDaysLeft` of `at`. */
export function expiryWarnings(chain: readonly KeptCertificate[], minDaysLeft: number, at: number): readonly Warning[] {
  return chain
    .filter((certificate) => certificate.notAfter - at < minDaysLeft * DAY_MS)
    .map((certificate) => {
      const left = (certificate.notAfter - at) / DAY_MS;
      const ends = new Date(certificate.notAfter).toISOString();
      // One that ended can still be served: where another path leads to a trusted authority, the chain holds.
      const when = left < 0 ? `ended ${Math.floor(-left)} days ago` : `ends in ${Math.floor(left)} days`;
      return {
        class: 'tls.expiring' as const,
        message: `certificate of ${certificate.subject} ${when} (${ends}), wanted are ${minDaysLeft} days`,
      };
    });
}
