import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { signIn } from '../world/session.ts';
import { signInBecause } from '../world/who.ts';

/** Asks for a token while somebody must sign in. The token itself is not kept: the answer sets a cookie. */
export function SignIn(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const refusal = useSignal<string | null>(null);
  const because = signInBecause.value;
  useEffect(() => {
    if (because === null) dialog.current?.close();
    else if (dialog.current?.open === false) dialog.current.showModal();
  }, [because]);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    refusal.value = null;
    try {
      await signIn(input.current?.value.trim() ?? '');
    } catch (reason) {
      refusal.value = reason instanceof Error ? reason.message : String(reason);
    }
    if (input.current !== null) input.current.value = '';
  };
  return (
    <dialog ref={dialog} aria-labelledby="sign-in-title" onClose={() => (signInBecause.value = null)}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="sign-in-title">Sign in</h2>
        {because !== null && <p>{because}</p>}
        {refusal.value !== null && <p role="alert">{refusal.value}</p>}
        <label>
          Token
          <input ref={input} type="password" name="token" autocomplete="off" required />
        </label>
        <p class="muted small">
          One of <code>server.auth.tokens</code>, or what <code>api-token</code> in the data folder holds. You stay
          signed in on this browser for twelve hours.
        </p>
        <p class="buttons">
          <button type="submit">Sign in</button>
          <button type="button" onClick={() => (signInBecause.value = null)}>
            Cancel
          </button>
        </p>
      </form>
    </dialog>
  );
}
