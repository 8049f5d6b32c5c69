import { signal } from '@preact/signals';
import type { SessionBody } from '../../api/routes/session.ts';

/** Who is signed in; null before the first answer. */
export const session = signal<SessionBody | null>(null);

/** Why somebody must sign in; null while nobody must. The dialog stands open while it is a text. */
export const signInBecause = signal<string | null>(null);

/** Whether the page may read anything: somebody is signed in, or reading is open here. */
export function mayRead(): boolean {
  return session.value !== null && (session.value.readsFreely || session.value.role !== null);
}

/** Opens the sign-in. */
export function needSignIn(because: string): void {
  signInBecause.value = because;
}
