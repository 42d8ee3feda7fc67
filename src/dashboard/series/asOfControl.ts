import { h } from '../dom/h.js';

interface AsOfOptions {
  /** A place in the forecasts of the window; undefined: the latest, and every one that comes. */
  readonly onChoose: (place: number | undefined) => void;
}

const thumbPx = 18;

/** The moment a forecast is looked at from: a slider under the picture, one forecast a step, and three buttons. */
export class AsOfControl {
  readonly slider = h('input', {
    ...{ type: 'range', min: 0, max: 0, step: 1, class: 'time', 'aria-label': 'Forecast as of' },
  });
  readonly #back = h('button', { type: 'button', title: 'One forecast earlier' }, '← Earlier');
  readonly #forth = h('button', { type: 'button', title: 'One forecast later' }, 'Later →');
  readonly #now = h('button', { type: 'button', title: 'The latest, as it comes' }, 'Now');
  readonly buttons = h('div', { class: 'buttons' }, this.#back, this.#forth, this.#now);

  constructor({ onChoose }: AsOfOptions) {
    const choose = (place: number): void => onChoose(place >= Number(this.slider.max) ? undefined : Math.max(0, place));
    this.slider.addEventListener('input', () => choose(Number(this.slider.value)));
    this.#back.addEventListener('click', () => choose(Number(this.slider.value) - 1));
    this.#forth.addEventListener('click', () => choose(Number(this.slider.value) + 1));
    this.#now.addEventListener('click', () => onChoose(undefined));
  }

  show({ place, count, words }: { place: number; count: number; words: string }): void {
    const last = Math.max(0, count - 1);
    this.slider.max = String(last);
    this.slider.value = String(place);
    this.slider.disabled = last === 0;
    this.slider.setAttribute('aria-valuetext', words);
    this.#back.disabled = place === 0;
    this.#forth.disabled = place === last;
    this.#now.setAttribute('aria-pressed', String(place === last));
  }

  /** Under the stretch of the picture from the first forecast to the last, and not beyond its `end`. */
  place(left: number, right: number, end: number): void {
    const start = Math.max(0, left - thumbPx / 2);
    this.slider.style.marginLeft = `${start}px`;
    this.slider.style.width = `${Math.min(Math.max(60, right + thumbPx / 2 - start), end - start)}px`;
  }
}
