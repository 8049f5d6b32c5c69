/** Text from outside, made safe to show on one line: for the command line, which may not ask `ports` itself. */
export { printable } from '../ports/printable.ts';
