import type { ApiClient } from '../api/apiClient.js';
import { ApiProblem } from '../api/apiProblem.js';
import { h } from '../dom/h.js';

/** Asks for the token until the server takes one; however many requests wait for it, there is one dialog. */
export class LoginDialog {
  readonly #onLogin: () => void;
  #asking: Promise<void> | undefined;

  constructor(onLogin: () => void) {
    this.#onLogin = onLogin;
  }

  ask(client: ApiClient): Promise<void> {
    this.#asking ??= this.#show(client).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  #show(client: ApiClient): Promise<void> {
    const input = h('input', {
      ...{ id: 'token', type: 'password', name: 'token', autocomplete: 'current-password', required: true },
      ...{ 'aria-describedby': 'token-help token-problem', autofocus: true, spellcheck: 'false' },
    });
    const problem = h('p', { id: 'token-problem', class: 'problem', role: 'alert' });
    const button = h('button', { type: 'submit', class: 'primary' }, 'Sign in');
    const form = h(
      'form',
      { method: 'dialog' },
      h('h2', { id: 'login-title' }, 'Sign in'),
      h('p', { id: 'token-help', class: 'muted' }, 'This device asks for its token: http.token of its configuration.'),
      h('label', { for: 'token' }, 'Token'),
      input,
      problem,
      button,
    );
    const dialog = h('dialog', { class: 'login', 'aria-labelledby': 'login-title' }, form);
    dialog.addEventListener('cancel', (event) => event.preventDefault()); // there is nothing behind it
    document.body.append(dialog);
    dialog.showModal();
    return new Promise((resolve) => {
      form.addEventListener('submit', async (event) => {
        event.preventDefault();
        button.disabled = true;
        problem.textContent = '';
        try {
          await client.logIn(input.value);
          dialog.remove();
          this.#onLogin();
          resolve();
        } catch (error) {
          problem.textContent = wordsOf(error);
          button.disabled = false;
          input.select();
        }
      });
    });
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof ApiProblem)) throw error;
  return error.status === 401 ? 'That is not the token of this device.' : error.message;
}
