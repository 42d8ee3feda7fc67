import { h } from './h.js';

type Cell = Node | string;

/** A table in a region of its own, which scrolls sideways where it is too wide and can be reached by keyboard. */
export const scrollTable = (label: string, head: readonly string[], rows: readonly (readonly Cell[])[]): HTMLElement =>
  h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label },
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, ...head.map((title) => h('th', { scope: 'col' }, title)))),
      h('tbody', {}, ...rows.map((cells) => h('tr', {}, ...cells.map((cell) => h('td', {}, cell))))),
    ),
  );
