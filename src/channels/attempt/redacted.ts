import type { Secret } from '../../model/secret.ts';
import { printable } from '../../ports/printable.ts';

/**
 * What a service answered, fit to be kept and shown: every secret that was sent is taken out again (as it is,
 * and in the encodings in which services echo them), unprintable characters are escaped, the length is bounded.
 */
export function redacted(text: string, secrets: readonly (Secret | string)[], max = 200): string {
  let shown = text;
  for (const secret of secrets) {
    const value = typeof secret === 'string' ? secret : secret.reveal();
    for (const form of forms(value)) shown = shown.replaceAll(form, '<secret>');
  }
  return printable(shown.trim(), max);
}

function forms(value: string): string[] {
  const forms = [
    value,
    encodeURIComponent(value.toWellFormed()),
    JSON.stringify(value).slice(1, -1),
    Buffer.from(value).toString('base64'),
    Buffer.from(value).toString('base64').replace(/=+$/, ''),
    Buffer.from(value).toString('hex'),
  ];
  return forms.filter((form) => form !== '');
}
