import { z } from 'zod';
import type { Secret } from '../../model/secret.ts';
import { secret } from '../../ports/fields.ts';

/** A field that holds an http or https address without credentials and fragment; gives its text. */
export function httpUrl(): z.ZodType<string, string> {
  return z
    .string()
    .max(2048)
    .superRefine((text, context) => {
      const url = URL.parse(text);
      if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
        context.addIssue({ code: 'custom', message: 'not an address; write it like https://hooks.example/tocsin' });
      else if (url.username !== '' || url.password !== '')
        context.addIssue({ code: 'custom', message: 'credentials do not belong in the address; use headers' });
      else if (url.hash !== '')
        context.addIssue({ code: 'custom', message: 'an address to post to has no fragment (#…)' });
    });
}

/** A field that holds an address which is itself the password (a robot's webhook); gives it as a secret. */
export function secretHttpUrl(): z.ZodType<Secret, string> {
  return secret().refine(
    (url) => httpUrl().safeParse(url.reveal()).success,
    'not an address; write it like "${env:WEBHOOK_URL}", whose value begins with https://',
  );
}

/** Where an address with a secret path leads, fit to be shown. */
export function originOf(url: Secret): string {
  return new URL(url.reveal()).origin;
}

/** What of such an address must never be shown, as a service may echo it: its path, and each value of its query. */
export function secretsOf(url: Secret): readonly string[] {
  const { pathname, search, searchParams } = new URL(url.reveal());
  const lastSegment = pathname.split('/').at(-1) ?? '';
  return [pathname + search, pathname, ...searchParams.values(), lastSegment].filter((part) => part.length >= 8);
}
