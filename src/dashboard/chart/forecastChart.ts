import uPlot from 'uplot';
import { h } from '../dom/h.js';
import { formatValue, tickDecimals } from '../formats/numbers.js';
import { themeChanged } from '../shell/themeChoice.js';
import { axisTimes } from './axisTimes.js';
import type { ChartColumns } from './chartColumns.js';
import { cssColour } from './cssColour.js';
import type { TimeMark } from './timeMarks.js';

const heightPx = { wide: 360, narrow: 260 };

export interface ForecastView {
  readonly columns: ChartColumns;
  readonly fromMs: number;
  readonly toMs: number;
  readonly asOfMs: number | undefined; // when the forecast looked at was made, in the series' own time
  readonly issuedMs: number | undefined; // by the clock on the wall
  readonly isPast: boolean; // it is not the latest
  readonly marks: readonly TimeMark[];
}

interface ForecastChartOptions {
  /** The pointer is drawn across the picture, at this moment. */
  readonly onDrag: (timeMs: number) => void;
  /** The pointer is over this row of the columns, or over none. */
  readonly onPoint: (index: number | undefined) => void;
  /** Where the plot lies within the element, in pixels. */
  readonly onPlace: (place: { left: number; width: number; minMs: number; maxMs: number }) => void;
}

/** What came, the band of what had been said a step before, and one forecast with its band from the moment it was made. */
export class ForecastChart {
  readonly element = h('div', { class: 'chart', role: 'img' });
  readonly #options: ForecastChartOptions;
  readonly #line = h('div', { class: 'as-of', hidden: true });
  readonly #marks = h('div', { class: 'marks' });
  readonly #plot: uPlot;
  #view: ForecastView | undefined;

  constructor(options: ForecastChartOptions, signal: AbortSignal) {
    this.#options = options;
    this.#plot = new uPlot(this.#plotOptions(), [[], [], [], [], [], [], []], this.element);
    this.#plot.over.append(this.#marks, this.#line);
    this.#listenToPointer();
    const resized = new ResizeObserver(() => this.#fit());
    resized.observe(this.element);
    document.addEventListener(themeChanged, () => this.#plot.redraw(false), { signal });
    signal.addEventListener('abort', () => {
      resized.disconnect();
      this.#plot.destroy();
    });
  }

  set isBusy(isBusy: boolean) {
    this.element.setAttribute('aria-busy', String(isBusy));
  }

  show(view: ForecastView, description: string): void {
    this.#view = view;
    const { times, actual, stepLow, stepHigh, median, low, high } = view.columns;
    this.element.setAttribute('aria-label', description);
    this.element.classList.toggle('past', view.isPast);
    this.element.dataset.issued = String(view.issuedMs ?? '');
    this.element.dataset.time = String(view.asOfMs ?? '');
    this.#plot.batch(() => {
      this.#plot.setData([times, actual, stepLow, stepHigh, low, high, median] as uPlot.AlignedData, false);
      this.#plot.setScale('x', { min: view.fromMs, max: view.toMs });
    });
  }

  #plotOptions(): uPlot.Options {
    const forecast = (): string => cssColour(this.#view?.isPast ? 'past' : 'accent');
    const fan = (): string => cssColour(this.#view?.isPast ? 'past-band' : 'band');
    const edge = { stroke: 'transparent', width: 0, points: { show: false }, spanGaps: true };
    const axis = {
      stroke: () => cssColour('muted'),
      grid: { stroke: () => cssColour('grid'), width: 1 },
      ticks: { show: false },
      font: '12px system-ui, sans-serif',
    };
    return {
      ...{ width: 600, height: heightPx.wide, ms: 1, legend: { show: false }, padding: [12, 22, 0, 0] },
      cursor: { drag: { x: false, y: false }, points: { size: 7 }, y: false },
      scales: { x: { time: true }, y: { range: (_, min, max) => roundRange(min, max) } },
      series: [
        {},
        { stroke: () => cssColour('ink'), width: 1.75, points: { show: false } },
        edge,
        edge,
        edge,
        edge,
        { stroke: forecast, width: 2, dash: [5, 4], points: { show: false }, spanGaps: true },
      ],
      bands: [
        { series: [3, 2], fill: () => cssColour('step') },
        { series: [5, 4], fill: fan },
      ],
      axes: [
        { ...axis, values: (_, times, __, ___, spacing) => axisTimes(times, spacing), space: 72, size: 44 },
        {
          ...axis,
          size: (_, values) => 18 + 7 * Math.max(3, ...(values ?? []).map(({ length }) => length)),
          values: (_, values) => values.map((value) => formatValue(value, tickDecimals(values))),
        },
      ],
      hooks: {
        draw: [() => this.#place()],
        setCursor: [({ cursor }) => this.#options.onPoint(cursor.idx ?? undefined)],
      },
    };
  }

  /** Puts what lies over the picture where its moments are. */
  #place(): void {
    if (!this.#view || !this.#plot) return;
    const { asOfMs, fromMs, toMs, marks } = this.#view;
    const { width } = this.#plot.over.getBoundingClientRect();
    const at = (timeMs: number): number => (width * (timeMs - fromMs)) / (toMs - fromMs);
    this.#line.hidden = asOfMs === undefined;
    if (asOfMs !== undefined) this.#line.style.transform = `translateX(${at(asOfMs)}px)`;
    this.#marks.replaceChildren(
      ...marks.map(({ timeMs, kind, words }) => {
        const mark = h('span', { class: 'mark', 'data-kind': kind, title: words });
        mark.style.left = `${at(timeMs)}px`;
        return mark;
      }),
    );
    this.#options.onPlace({ left: this.#plot.over.offsetLeft, width, minMs: fromMs, maxMs: toMs });
  }

  #listenToPointer(): void {
    const { over } = this.#plot;
    const report = ({ clientX }: PointerEvent): void => {
      if (!this.#view) return;
      const { left, width } = over.getBoundingClientRect();
      const { fromMs, toMs } = this.#view;
      this.#options.onDrag(fromMs + ((clientX - left) / width) * (toMs - fromMs));
    };
    over.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      over.setPointerCapture(event.pointerId);
      report(event);
    });
    over.addEventListener('pointermove', (event) => {
      if (over.hasPointerCapture(event.pointerId)) report(event);
    });
  }

  #fit(): void {
    const width = this.element.clientWidth;
    if (width > 0) this.#plot.setSize({ width, height: width < 560 ? heightPx.narrow : heightPx.wide });
  }
}

/** A tenth of air above and below. */
function roundRange(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  const air = max > min ? (max - min) / 10 : Math.abs(max) / 10 || 1;
  return [min - air, max + air];
}
