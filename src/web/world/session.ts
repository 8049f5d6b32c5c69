import type { SessionBody } from '../../api/routes/session.ts';
import { ask, tell } from './ask.ts';
import { session, signInBecause } from './who.ts';

/** Asks who is signed in. */
export async function readSession(): Promise<void> {
  session.value = await ask<SessionBody>('session');
}

/** Signs in; rejects with `AskError` where the token is refused. */
export async function signIn(token: string): Promise<void> {
  session.value = await tell<SessionBody>('POST', 'session', { token });
  signInBecause.value = null;
}

/** Signs out; reading goes on where it is open. */
export async function signOut(): Promise<void> {
  await tell('DELETE', 'session');
  await readSession();
}
