import { h, svg } from '../dom/h.js';
import { scrollTable } from '../dom/scrollTable.js';
import { formatCount, formatShare, formatValue } from '../formats/numbers.js';
import type { HorizonError } from './errorByHorizon.js';

const box = { width: 480, height: 180, left: 8, right: 8, top: 22, bottom: 22 };

/** Error against steps ahead as a picture, with the figures behind it as a table. */
export function horizonErrors(errors: readonly HorizonError[], decimals: number): HTMLElement {
  if (errors.length === 0) return h('p', { class: 'muted' }, 'No forecast of this time has come true yet.');
  const own = errors.map(({ horizon, mae }) => [horizon, mae] as const);
  const persistence = errors.flatMap(({ horizon, persistence }) =>
    persistence === null ? [] : [[horizon, persistence] as const],
  );
  const furthest = errors.at(-1)!.horizon;
  const largest = Math.max(...[...own, ...persistence].map(([, value]) => value)) || 1;
  const x = (horizon: number): number =>
    box.left + ((box.width - box.left - box.right) * (horizon - 1)) / Math.max(1, furthest - 1);
  const y = (value: number): number => box.top + (box.height - box.top - box.bottom) * (1 - value / largest);
  const line = (points: readonly (readonly [number, number])[], name: string): SVGElement[] => [
    svg('path', {
      class: name,
      d: points.map(([h, v], i) => `${i ? 'L' : 'M'}${x(h).toFixed(1)} ${y(v).toFixed(1)}`).join(''),
    }),
    ...(points.length < 40 ? points.map(([h, v]) => svg('circle', { class: name, cx: x(h), cy: y(v), r: 2.5 })) : []),
  ];
  const picture = svg(
    'svg',
    { viewBox: `0 0 ${box.width} ${box.height}`, class: 'horizon-picture', 'aria-hidden': 'true' },
    ...[0, largest].map((value) => svg('line', { x1: 0, x2: box.width, y1: y(value), y2: y(value) })),
    words(box.left, y(largest) - 5, 'start', formatValue(largest, decimals + 1)),
    ...line(persistence, 'persistence'),
    ...line(own, 'own'),
    words(x(1), box.height - 5, 'start', '1 step ahead'),
    ...(furthest > 1 ? [words(x(furthest), box.height - 5, 'end', formatCount(furthest))] : []),
  );
  const titles = ['Steps ahead', 'Error', 'Last value again', 'In band', 'Forecasts'];
  const rows = errors.map(({ horizon, mae, persistence, coverage, n }) => [
    ...[formatCount(horizon), formatValue(mae, decimals + 1), formatValue(persistence, decimals + 1)],
    ...[formatShare(coverage), formatCount(n)],
  ]);
  return h(
    'div',
    {},
    picture,
    h(
      'p',
      { class: 'legend' },
      h('span', { class: 'key own' }, 'stepcast'),
      h('span', { class: 'key persistence' }, 'the last value again'),
    ),
    h('details', {}, h('summary', {}, 'Figures'), scrollTable('Error by steps ahead', titles, rows)),
  );
}

function words(x: number, y: number, anchor: string, text: string): SVGElement {
  const element = svg('text', { x, y, 'text-anchor': anchor });
  element.textContent = text;
  return element;
}
