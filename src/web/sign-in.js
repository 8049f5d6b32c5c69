import { hasToken, keepToken } from './api-client.js';
import { byId } from './element.js';

/**
 * Asks for a token; `tried` runs when one was given. Does nothing while it is already asking. A token that was
 * refused is forgotten: it would be refused even where none is needed.
 *
 * @param {import('./api-client.js').AskError} refusal
 * @param {{ tried: () => void, declined?: () => void }} then
 */
export function signIn({ status, message }, { tried, declined }) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('sign-in'));
  if (dialog.open) return;
  const form = /** @type {HTMLFormElement} */ (dialog.querySelector('form'));
  const input = /** @type {HTMLInputElement} */ (dialog.querySelector('input'));
  byId('sign-in-why').textContent = hasToken() ? `The token was refused: ${message}` : message;
  if (status === 401) keepToken('');
  input.value = '';
  form.onsubmit = (event) => {
    event.preventDefault();
    keepToken(input.value.trim());
    dialog.onclose = null;
    dialog.close();
    tried();
  };
  byId('sign-in-cancel').onclick = () => dialog.close();
  dialog.onclose = () => declined?.();
  dialog.showModal();
}
