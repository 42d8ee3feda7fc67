import type { ApiLatest, ApiSeries } from '../../http/api.js';
import { h } from '../dom/h.js';
import { setText } from '../dom/setText.js';
import { formatCount } from '../formats/numbers.js';
import { hashOf } from '../routes.js';
import type { Page, PageContext } from '../shell/page.js';
import { problemNote } from '../shell/problemNote.js';
import { ListHead } from './listHead.js';
import { arrange, type ListOrder, orderBy } from './listOrder.js';
import { loadRows } from './loadRows.js';
import { VirtualGrid } from './virtualGrid.js';
import { withLatest } from './withLatest.js';

const refreshMs = 30_000; // skill and coverage, which no event brings
const restShare = 10; // of the time it takes to say them: a small machine has other things to do
const joinMs = 1000; // a new series is heard of before it is stored
const typedMs = 80;

/** What was looked for, and where: found again when one comes back to the list. */
const kept: { search: string; order: ListOrder; scrollTop: number } = {
  search: '',
  order: orderBy('series'),
  scrollTop: 0,
};

/** Every series: what it was last, what comes next, and how good that has been. */
export function openList({ client, main, signal }: PageContext): Page {
  document.title = 'Series · stepcast';
  const rows = new Map<string, ApiSeries>();
  const count = h('p', { class: 'muted', role: 'status' }, 'Loading…');
  const search = h('input', {
    ...{ type: 'search', placeholder: 'Search', 'aria-label': 'Search series by name or model', value: kept.search },
    ...{ autocomplete: 'off', spellcheck: 'false' },
  });
  const head = new ListHead(kept.order, (order) => {
    kept.order = order;
    arrangeAll();
  });
  const grid = new VirtualGrid(head.element, (series) => location.assign(hashOf({ page: 'one', series })), signal);
  const note = h('div', { class: 'note', hidden: true });
  main.append(
    h('div', { class: 'toolbar' }, h('h1', {}, 'Series'), count, h('div', { class: 'tools' }, search, head.choice)),
    note,
    grid.element,
  );

  let shown: ApiSeries[] = [];
  let isLoaded = false;

  const arrangeAll = (): void => {
    shown = arrange(rows.values(), kept.search, kept.order);
    if (isLoaded) setText(count, howMany(shown.length, rows.size));
    grid.show(shown);
    if (!isLoaded || note.firstElementChild?.role === 'alert') return;
    note.replaceChildren(...(shown.length > 0 ? [] : [rows.size === 0 ? nothingYet() : nothingFound()]));
    note.hidden = shown.length > 0;
    grid.element.hidden = shown.length === 0;
  };

  let loading: Promise<void> | undefined;
  let refresh: ReturnType<typeof setTimeout> | undefined;
  const load = (): Promise<void> => {
    const began = performance.now();
    loading ??= loadRows(client, rows, signal, arrangeLoaded)
      .catch((error) => {
        if (signal.aborted || isLoaded) return; // what is shown stays, and the banner says from when it is
        note.replaceChildren(problemNote(error, () => void load()));
        note.hidden = false;
        setText(count, '');
      })
      .finally(() => {
        loading = undefined;
        clearTimeout(refresh);
        if (!signal.aborted)
          refresh = setTimeout(loadSeen, Math.max(refreshMs, restShare * (performance.now() - began)));
      });
    return loading;
  };
  /** Not while nobody looks. */
  const loadSeen = (): void => {
    if (document.hidden) refresh = setTimeout(loadSeen, refreshMs);
    else void load();
  };
  const arrangeLoaded = (): void => {
    const isFirst = !isLoaded;
    if (isFirst) note.replaceChildren();
    isLoaded = true;
    arrangeAll();
    if (isFirst) grid.scrollTo(kept.scrollTop);
  };

  let joining: ReturnType<typeof setTimeout> | undefined;
  const loadNew = (): void => {
    joining = undefined;
    void load();
  };
  const take = (latest: readonly ApiLatest[]): void => {
    let isNew = false;
    for (const one of latest) {
      const row = rows.get(one.series);
      if (row) rows.set(one.series, withLatest(row, one));
      else isNew = true;
    }
    if (isNew) joining ??= setTimeout(loadNew, joinMs);
    shown = shown.map(({ series }) => rows.get(series)!).filter(Boolean);
    grid.show(shown);
  };

  let typing: ReturnType<typeof setTimeout> | undefined;
  search.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      kept.search = search.value;
      arrangeAll();
      grid.scrollTo(0);
    }, typedMs);
  });
  const tick = setInterval(() => grid.show(shown), 1000); // how long ago
  grid.element.addEventListener('scroll', () => {
    kept.scrollTop = grid.scrollTop;
  });
  signal.addEventListener('abort', () => {
    clearInterval(tick);
    for (const timer of [refresh, joining, typing]) clearTimeout(timer);
  });
  return {
    hello: () => void load(),
    latest: take,
  };
}

function howMany(shown: number, all: number): string {
  const total = all === 1 ? '1 series' : `${formatCount(all)} series`;
  return shown === all ? total : `${formatCount(shown)} of ${total}`;
}

const nothingFound = (): HTMLElement =>
  h(
    'div',
    { class: 'empty' },
    h('h2', {}, 'No series is called that'),
    h('p', { class: 'muted' }, 'A series is found by any part of its name, or of its model’s.'),
  );

const nothingYet = (): HTMLElement =>
  h(
    'div',
    { class: 'empty' },
    h('h2', {}, 'Nothing has been heard yet'),
    h('p', { class: 'muted' }, 'The first reading makes a series. To send one by hand:'),
    h('pre', {}, 'mosquitto_pub -q 1 -t sensors/kitchen -m \'{"temperature": 21.4}\''),
  );
