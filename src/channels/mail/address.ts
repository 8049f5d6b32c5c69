import { z } from 'zod';

/** One mailbox, already taken apart, so that no list and no second header can hide in a name. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

const PLAIN = /^[^\s<>@,;:"\\()[\]]+@[^\s<>@,;:"\\()[\]]+$/;
const NAMED = /^([^<>\p{Cc}]*?)\s*<([^<>]*)>$/u;

/** A field that holds one mailbox: `sre@example.com` or `Tocsin <tocsin@example.com>`. */
export function mailbox(): z.ZodType<Mailbox, string> {
  return z
    .string()
    .max(320)
    .transform((text, context) => {
      const [, name = '', address = text.trim()] = NAMED.exec(text.trim()) ?? [];
      if (PLAIN.test(address)) return { name: name.replace(/^"(.*)"$/, '$1'), address };
      context.addIssue({ code: 'custom', message: 'not a mail address; write it like Tocsin <tocsin@example.com>' });
      return z.NEVER;
    });
}
