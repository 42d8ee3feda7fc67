import type { ApiSeries } from '../../http/api.js';
import { h, svg } from '../dom/h.js';
import { setText } from '../dom/setText.js';
import { decimalsFor, formatShare, formatSkill, formatValue } from '../formats/numbers.js';
import { formatAgo } from '../formats/times.js';
import { hashOf } from '../routes.js';
import { sparkline } from './sparkline.js';

const spark = { width: 120, height: 28 };

const cell = (name: string, ...children: (Node | string)[]): HTMLElement =>
  h('div', { role: 'gridcell', class: `cell ${name}` }, ...children);

/** One series of the list. Its elements are kept; only what has changed is written. */
export class RowView {
  readonly element: HTMLElement;
  readonly #link = h('a', { tabindex: -1 });
  readonly #model = h('span', { class: 'sub' });
  readonly #path = svg('path');
  readonly #last = h('span');
  readonly #ago = h('span', { class: 'sub' });
  readonly #next = h('span');
  readonly #band = h('span', { class: 'sub' });
  readonly #skill = h('span');
  readonly #coverage = h('span');
  #shown: ApiSeries | undefined;

  constructor(series: string) {
    this.#link.textContent = series;
    this.#link.href = hashOf({ page: 'one', series });
    const { width, height } = spark;
    const picture = svg(
      'svg',
      { viewBox: `0 -2 ${width} ${height + 4}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      this.#path,
    );
    this.element = h(
      'div',
      { role: 'row', class: 'row' },
      cell('name', this.#link, this.#model),
      cell('spark', picture),
      cell('last', this.#last, this.#ago),
      cell('next', this.#next, this.#band),
      cell('skill', this.#skill),
      cell('coverage', this.#coverage),
    );
  }

  show(row: ApiSeries, nowMs: number): void {
    setText(this.#ago, row.last_time === null ? 'no reading yet' : formatAgo(row.last_time, nowMs));
    if (row === this.#shown) return;
    this.#shown = row;
    const values = row.spark.map(({ value }) => value);
    const decimals = decimalsFor(spread([...values, row.next?.q10 ?? null, row.next?.q90 ?? null]));
    const { next } = row;
    setText(this.#model, row.model ?? 'learning what to expect');
    this.#path.setAttribute('d', sparkline(values, spark.width, spark.height));
    setText(this.#last, formatValue(row.last_value, decimals));
    setText(this.#next, formatValue(next?.q50, decimals));
    setText(this.#band, next ? `${formatValue(next.q10, decimals)} … ${formatValue(next.q90, decimals)}` : '');
    setText(this.#skill, formatSkill(row.skill1));
    this.#skill.className = (row.skill1 ?? 0) < -0.005 ? 'bad' : (row.skill1 ?? 0) > 0.005 ? 'good' : '';
    setText(this.#coverage, formatShare(row.coverage));
  }
}

function spread(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  return Math.max(...known) - Math.min(...known);
}
