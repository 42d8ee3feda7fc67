import type { TimeRange } from '../chart/timeRanges.js';
import { h } from '../dom/h.js';

/** A choice of spans of time; the buttons stay, and with them the focus. */
export class RangeButtons {
  readonly element = h('div', { class: 'ranges', role: 'group', 'aria-label': 'Time shown' });
  readonly #onChoose: (range: TimeRange) => void;
  #shown = '';

  constructor(onChoose: (range: TimeRange) => void) {
    this.#onChoose = onChoose;
  }

  show(ranges: readonly TimeRange[], chosen: TimeRange | undefined): void {
    const shown = ranges.map(({ words }) => words).join();
    if (shown !== this.#shown) {
      const button = (range: TimeRange): HTMLElement =>
        h('button', { type: 'button', on: { click: () => this.#onChoose(range) } }, range.words);
      this.element.replaceChildren(...ranges.map(button));
      this.#shown = shown;
    }
    for (const [i, { ms }] of ranges.entries()) {
      this.element.children[i].setAttribute('aria-pressed', String(ms === chosen?.ms));
    }
  }
}
