import type { FailureClass } from '../../model/failure.ts';

/** A reply (RFC 5321 §4.2): its code, and its lines without it. */
export interface SmtpReply {
  readonly code: number;
  readonly lines: readonly string[];
}

const LINE = /^([2-5]\d\d)(?:([ -])([^\r\n]*))?$/;
const MAX_LINES = 100;

/** Whether the text ends in the last line of a reply, or cannot become one. */
export function isComplete(text: string): boolean {
  const lines = text.split('\n');
  if (lines.pop() !== '') return lines.some((line) => !LINE.test(line.replace(/\r$/, '')));
  return lines.some((line) => LINE.exec(line.replace(/\r$/, ''))?.[2] !== '-');
}

/** The reply that a text is, and nothing but it; undefined where it is none. */
export function parseReply(text: string): SmtpReply | undefined {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length === 0 || lines.length > MAX_LINES) return undefined;
  const parsed = lines.map((line) => LINE.exec(line.replace(/\r$/, '')));
  const code = parsed[0]?.[1];
  if (code === undefined) return undefined;
  const isReply = parsed.every((line, index) => line?.[1] === code && (line[2] === '-') === index < lines.length - 1);
  return isReply ? { code: Number(code), lines: parsed.map((line) => line?.[3] ?? '') } : undefined;
}

/** The words of an extension that EHLO announced (RFC 5321 §4.1.1.1), in capitals; undefined where it did not. */
export function extension(reply: SmtpReply, name: string): readonly string[] | undefined {
  const words = reply.lines.slice(1).map((line) =>
    line
      .trim()
      .toUpperCase()
      .split(/[\s=]+/),
  );
  return words.find((line) => line[0] === name)?.slice(1);
}

/** What a code amounts to that was not wanted: RFC 5321 §4.2.3, RFC 4954 §6. */
export function classOfCode(code: number): FailureClass {
  switch (code) {
    case 530:
    case 535:
      return 'auth.unauthorized';
    case 534:
    case 538:
    // "No SMTP service here": not for us.
    case 554:
      return 'auth.forbidden';
    case 432:
    case 524:
      return 'auth.expired_credential';
    case 452:
    case 552:
      return 'quota.storage_full';
    case 450:
      return 'quota.rate_limited';
    case 500:
    case 501:
    case 502:
    case 503:
    case 504:
      return 'semantic.unsupported';
    default:
      return code < 400 ? 'protocol.malformed' : code < 500 ? 'semantic.not_ready' : 'semantic.write_refused';
  }
}
