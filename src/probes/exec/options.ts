import { z } from 'zod';
import { secret } from '../../ports/fields.ts';

const argument = z
  .string()
  .max(4096)
  .refine((text) => !text.includes('\0'), 'an argument cannot hold a NUL character');

/** The `exec` kind's own fields. */
export const execOptions = z.strictObject({
  /** The program's absolute path and its arguments, as they are: there is no shell. */
  command: z
    .array(argument)
    .min(1)
    .max(100)
    .refine((command) => command[0]?.startsWith('/') === true, {
      path: [0],
      message: 'the program is named by its absolute path',
    }),
  protocol: z.enum(['exit', 'nagios', 'json']).default('exit'),
  /** Beside `PATH` and `LANG`, all of its environment. */
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'not the name of a variable'), secret()).default({}),
});

/** What an `exec` probe runs, parsed. */
export type ExecOptions = z.output<typeof execOptions>;
