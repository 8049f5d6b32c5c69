import { z } from 'zod';

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
