import type { Tone } from './page-content.ts';

/** Shape as well as colour says the state. */
export const MARKS: Readonly<Record<Tone, string>> = { down: '■', degraded: '▲', 'at-risk': '◔', up: '●', plain: '·' };
