import { ApiProblem } from '../api/apiProblem.js';
import { h } from '../dom/h.js';

/** What went wrong, in words, with a way to try again. */
export function problemNote(error: unknown, tryAgain: () => void): HTMLElement {
  const words = error instanceof ApiProblem ? error.message : String(error);
  return h(
    'div',
    { class: 'empty', role: 'alert' },
    h('h2', {}, 'This could not be shown'),
    h('p', {}, words),
    h('button', { type: 'button', on: { click: tryAgain } }, 'Try again'),
  );
}
