import { h } from '../dom/h.js';
import { setText } from '../dom/setText.js';

/** A term, its figure, and a smaller line under it. */
export class Fact {
  readonly element: HTMLElement;
  readonly #figure = h('span', { class: 'figure' }, '–');
  readonly #under = h('span', { class: 'sub' });

  constructor(term: string, name: string, help?: string) {
    this.element = h(
      'div',
      { class: 'fact', 'data-fact': name, title: help },
      h('dt', {}, term),
      h('dd', {}, this.#figure, this.#under),
    );
  }

  show(figure: string, under = ''): void {
    setText(this.#figure, figure);
    setText(this.#under, under);
  }
}
