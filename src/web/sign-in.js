import { hasToken, keepToken } from './api-client.js';
import { byId } from './element.js';

/**
 * Asks for a token once; `tried` runs when one was given. Does nothing while it is already asking.
 *
 * @param {string} why
 * @param {() => void} tried
 */
export function signIn(why, tried) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('sign-in'));
  if (dialog.open) return;
  const form = /** @type {HTMLFormElement} */ (dialog.querySelector('form'));
  const input = /** @type {HTMLInputElement} */ (dialog.querySelector('input'));
  byId('sign-in-why').textContent = hasToken() ? `The token was refused: ${why}` : why;
  input.value = '';
  form.onsubmit = (event) => {
    event.preventDefault();
    keepToken(input.value.trim());
    input.value = '';
    dialog.close();
    tried();
  };
  byId('sign-in-cancel').onclick = () => dialog.close();
  dialog.showModal();
}
