import { h } from '../dom/h.js';
import { type ListOrder, orderBy, type SortKey } from './listOrder.js';

const columns: readonly {
  readonly name: string;
  readonly title: string;
  readonly key?: SortKey;
  readonly help?: string;
}[] = [
  { name: 'name', title: 'Series', key: 'series' },
  { name: 'spark', title: 'Lately' },
  { name: 'last', title: 'Last value', key: 'last_time', help: 'by the time of the last reading' },
  { name: 'next', title: 'Next', help: 'median of the next step, and the band that holds 8 of 10' },
  {
    name: 'skill',
    title: 'Skill',
    key: 'skill1',
    help: 'how much less error than saying the last value again, one step ahead',
  },
  { name: 'coverage', title: 'In band', key: 'coverage', help: 'share of values within the 80 % band' },
];

/** The head of the list: a press on a title sorts by it, a second one turns the order round. */
export class ListHead {
  readonly element: HTMLElement;
  readonly choice: HTMLSelectElement; // the same where there is no room for a head
  readonly #cells = new Map<SortKey, HTMLElement>();
  #order: ListOrder;

  constructor(order: ListOrder, onOrder: (order: ListOrder) => void) {
    this.#order = order;
    const take = (next: ListOrder): void => {
      this.#show(next);
      onOrder(next);
    };
    const cells = columns.map(({ name, title, key, help }) => {
      const attributes = { role: 'columnheader', class: `cell ${name}`, title: help };
      if (key === undefined) return h('div', attributes, title);
      const press = (): void =>
        take(key === this.#order.key ? { key, descending: !this.#order.descending } : orderBy(key));
      const cell = h('div', attributes, h('button', { type: 'button', on: { click: press } }, title));
      this.#cells.set(key, cell);
      return cell;
    });
    this.element = h('div', { role: 'row', class: 'head', 'aria-rowindex': 1 }, ...cells);
    this.choice = h(
      'select',
      { 'aria-label': 'Sort by', class: 'sort', on: { change: () => take(orderBy(this.choice.value as SortKey)) } },
      ...columns.flatMap(({ key, title }) =>
        key === undefined ? [] : [h('option', { value: key }, `Sort: ${title}`)],
      ),
    );
    this.#show(order);
  }

  #show(order: ListOrder): void {
    this.#order = order;
    this.choice.value = order.key;
    for (const [key, cell] of this.#cells) {
      const direction = order.descending ? 'descending' : 'ascending';
      cell.setAttribute('aria-sort', key === order.key ? direction : 'none');
    }
  }
}
