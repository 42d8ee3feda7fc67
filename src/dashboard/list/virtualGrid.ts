import type { ApiSeries } from '../../http/api.js';
import { h } from '../dom/h.js';
import { moveRow } from './moveRow.js';
import { RowView } from './rowView.js';
import { scrollTopFor, type Viewport, visibleRows } from './visibleRows.js';

/** The rows in view, of any number; the element keeps the focus, and the row it is on is named by `aria-activedescendant`. */
export class VirtualGrid {
  readonly element: HTMLElement;
  readonly #space = h('div', { class: 'space', role: 'rowgroup' });
  readonly #views = new Map<string, RowView>();
  readonly #open: (series: string) => void;
  #rows: readonly ApiSeries[] = [];
  #active: string | undefined;
  #frame: number | undefined;

  constructor(head: HTMLElement, open: (series: string) => void, signal: AbortSignal) {
    this.#open = open;
    this.element = h(
      'div',
      { class: 'grid', role: 'grid', 'aria-label': 'Series', 'aria-colcount': 6, tabindex: 0 },
      head,
      this.#space,
    );
    this.element.addEventListener('scroll', () => this.#drawSoon(), { passive: true });
    this.element.addEventListener('keydown', (event) => this.#press(event));
    this.#space.addEventListener('click', (event) => this.#click(event));
    const resized = new ResizeObserver(() => this.#drawSoon());
    resized.observe(this.element);
    signal.addEventListener('abort', () => resized.disconnect());
  }

  get scrollTop(): number {
    return this.element.scrollTop;
  }

  show(rows: readonly ApiSeries[]): void {
    this.#rows = rows;
    this.element.setAttribute('aria-rowcount', String(rows.length + 1));
    this.#drawSoon();
  }

  scrollTo(top: number): void {
    this.#draw();
    this.element.scrollTop = top;
  }

  #drawSoon(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#draw();
    });
  }

  #draw(): void {
    const viewport = this.#viewport();
    this.#space.style.height = `${viewport.rows * viewport.rowHeight}px`;
    const { first, end } = visibleRows(viewport);
    const drawn = this.#rows.slice(first, end);
    const names = new Set(drawn.map(({ series }) => series));
    for (const [name, view] of this.#views) {
      if (names.has(name)) continue;
      view.element.remove();
      this.#views.delete(name);
    }
    const nowMs = Date.now();
    for (const [i, row] of drawn.entries()) {
      const view = this.#viewOf(row.series);
      const index = first + i;
      view.element.style.transform = `translateY(${index * viewport.rowHeight}px)`;
      view.element.id = `row-${index}`;
      view.element.setAttribute('aria-rowindex', String(index + 2));
      view.element.classList.toggle('active', row.series === this.#active);
      view.element.setAttribute('aria-selected', String(row.series === this.#active));
      view.show(row, nowMs);
      if (this.#space.children[i] !== view.element)
        this.#space.insertBefore(view.element, this.#space.children[i] ?? null);
    }
    const active = this.#rows.findIndex(({ series }) => series === this.#active);
    if (active >= first && active < end) this.element.setAttribute('aria-activedescendant', `row-${active}`);
    else this.element.removeAttribute('aria-activedescendant');
  }

  #viewOf(series: string): RowView {
    let view = this.#views.get(series);
    if (!view) this.#views.set(series, (view = new RowView(series)));
    return view;
  }

  /** What is in view below the head, which stays in place. */
  #viewport(): Viewport {
    const rowHeight = Number.parseFloat(getComputedStyle(this.element).getPropertyValue('--row'));
    const height = this.element.clientHeight - this.#space.offsetTop;
    return { scrollTop: this.element.scrollTop, height, rowHeight, rows: this.#rows.length };
  }

  #press(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const from = this.#rows.findIndex(({ series }) => series === this.#active);
    if (event.key === 'Enter' && event.target === this.element && this.#active !== undefined && from >= 0) {
      this.#open(this.#active);
      return;
    }
    const viewport = this.#viewport();
    const to = moveRow(event.key, from, this.#rows.length, Math.floor(viewport.height / viewport.rowHeight) - 1);
    if (to === undefined) return;
    event.preventDefault();
    this.#active = this.#rows[to].series;
    this.element.scrollTop = scrollTopFor(to, viewport);
    this.#draw();
  }

  #click({ target, button }: MouseEvent): void {
    if (!(target instanceof Element) || button !== 0 || target.closest('a')) return;
    const series = target.closest('.row')?.querySelector('a')?.textContent;
    if (series) this.#open(series);
  }
}
