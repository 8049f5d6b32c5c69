import type { NodemailerError } from 'nodemailer';
import type { Secret } from '../../model/secret.ts';
import type { Delivery } from '../../ports/channel-kind.ts';
import { redacted } from '../attempt/redacted.ts';

/** Faults of the message or of the configuration that no later attempt can mend. */
const FINAL_CODES = new Set(['EMESSAGE', 'ENOAUTH', 'ECONFIG', 'EENVELOPE', 'EMAXRECIPIENTS']);

/**
 * What a failed SMTP transaction means (RFC 5321, section 4.2.1): 4yz may be tried again, 5yz is final, except
 * where it speaks of the session and not of the message (503, a STARTTLS that is refused). Without a reply (no connection, no TLS, a
 * deadline) it may be tried again. With several recipients one that may still be accepted keeps it open.
 */
export function smtpVerdict(
  error: unknown,
  { tried, aborted, secrets }: { tried: string; aborted: boolean; secrets: readonly (Secret | string)[] },
): Delivery {
  if (aborted) return { kind: 'retry', error: `${tried}: no answer before the deadline` };
  const fault = (error instanceof Error ? error : new Error('unknown')) as NodemailerError;
  const words = redacted(fault.response ?? fault.originalCode ?? '', secrets);
  const text = `${tried}: ${fault.code ?? fault.name}${words === '' ? '' : `: ${words}`}`;
  return { kind: isFinal(fault) ? 'failed' : 'retry', error: text };
}

function isFinal(fault: NodemailerError): boolean {
  const refused = fault.rejectedErrors ?? [];
  if (refused.length > 0) return refused.every(({ permanent }) => permanent === true);
  if (fault.code === 'ETLS') return false;
  return fault.permanent ?? FINAL_CODES.has(fault.code ?? '');
}
