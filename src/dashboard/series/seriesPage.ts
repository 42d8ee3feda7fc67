import type { ApiDecision, ApiForecast, ApiForecastDocument, ApiSeries } from '../../http/api.js';
import type { ApiClient } from '../api/apiClient.js';
import { type ChartColumns, chartColumns } from '../chart/chartColumns.js';
import { ForecastChart } from '../chart/forecastChart.js';
import { forecastOutcome } from '../chart/forecastOutcome.js';
import { forecastRows } from '../chart/forecastRows.js';
import { type SeriesWindow, stepAt, withForecast } from '../chart/seriesWindow.js';
import { timeMarks } from '../chart/timeMarks.js';
import { type TimeRange, timeRanges, usualRange } from '../chart/timeRanges.js';
import { setText } from '../dom/setText.js';
import { decimalsFor, formatCount, formatShare, formatSkill, formatValue } from '../formats/numbers.js';
import { formatMoment } from '../formats/times.js';
import { aboutSeries } from './aboutSeries.js';
import { AsOfControl } from './asOfControl.js';
import { AsOfForecasts } from './asOfForecasts.js';
import { forecastTable } from './forecastTable.js';
import { outcomeWords } from './outcomeWords.js';
import { RangeButtons } from './rangeButtons.js';
import { SeriesData } from './seriesData.js';
import { seriesLayout } from './seriesLayout.js';
import { SeriesPanels } from './seriesPanels.js';

const keptDocuments = 200;
const againMs = 1000; // between two looks at what came of a forecast that is still coming true

/** State of one series' page, and the drawing of it. */
export class SeriesPage {
  readonly layout: ReturnType<typeof seriesLayout>;
  readonly #data: SeriesData;
  readonly #forecasts: AsOfForecasts;
  readonly #chart: ForecastChart;
  readonly #control: AsOfControl;
  readonly #buttons: RangeButtons;
  readonly #panels: SeriesPanels;
  readonly #signal: AbortSignal;
  readonly #series: string;
  #row: ApiSeries | undefined;
  #window: SeriesWindow = { readings: [], steps: [] };
  #ranges: readonly TimeRange[] = [];
  #range: TimeRange | undefined;
  #columns: ChartColumns | undefined;
  #forecast: readonly ApiForecast[] = [];
  #pinned: number | undefined; // time of the reading that the forecast looked at was made after; undefined: the latest
  #horizonMs = 0;
  #decisions: readonly ApiDecision[] = [];
  readonly #heard: ApiForecastDocument[] = []; // lately: they are published before they are stored
  #frame: number | undefined;
  #askedMs = 0;

  constructor(client: ApiClient, series: string, signal: AbortSignal) {
    this.#series = series;
    this.#signal = signal;
    this.#data = new SeriesData(client, series, signal);
    this.#forecasts = new AsOfForecasts((timeMs) => this.#forecastOf(timeMs));
    this.#control = new AsOfControl({ onChoose: (place) => this.#choose(place) });
    this.#chart = new ForecastChart(
      {
        onDrag: (timeMs) => this.#choose(stepAt(this.#window.steps, timeMs)),
        onPoint: (index) => this.#read(index),
        onPlace: (place) => this.#placeSlider(place),
      },
      signal,
    );
    this.#buttons = new RangeButtons((range) => void this.#look(range));
    const { slider, buttons } = this.#control;
    this.layout = seriesLayout({
      ...{ series, chart: this.#chart.element, ranges: this.#buttons.element, slider, buttons },
      onUnfold: () => this.#drawSoon(),
    });
    this.#panels = new SeriesPanels({ series, data: this.#data, places: this.layout, signal });
  }

  get isLoaded(): boolean {
    return this.#row !== undefined;
  }

  /** Everything anew. @throws {ApiProblem} */
  async load(): Promise<void> {
    const row = await this.#data.row();
    this.#take(row);
    this.#ranges = timeRanges(this.#stepMs, (row.last_time ?? 0) - (row.first_time ?? 0));
    this.#range = this.#ranges.find(({ ms }) => ms === this.#range?.ms) ?? usualRange(this.#ranges, this.#stepMs);
    this.#buttons.show(this.#ranges, this.#range);
    await this.#loadWindow();
    await this.loadPanels();
  }

  /** What does not come by itself, anew. */
  async refresh(): Promise<void> {
    await Promise.all([this.#loadRow(), this.loadPanels()]);
  }

  /** Errors, versions, decisions. */
  async loadPanels(): Promise<void> {
    const inUse = this.#window.steps.at(-1)?.model ?? this.#row?.model ?? '';
    await Promise.all([
      this.#panels.showErrors(this.#fromMs, this.#decimals),
      this.#panels.showHistory(inUse, (decisions) => {
        this.#decisions = decisions;
        this.#drawSoon();
      }),
    ]);
  }

  /** A forecast has just been issued. */
  hear(document: ApiForecastDocument): void {
    this.#heard.push(document);
    if (this.#heard.length > keptDocuments) this.#heard.shift();
    if (!this.#row || !this.#range) return;
    const before = this.#window;
    this.#window = withForecast(before, document, this.#range.ms);
    if (this.#window === before) return;
    this.#take({ ...this.#row, readings: this.#row.readings + 1, model: document.model });
    if (this.#pinned === undefined) this.#show(forecastRows(document));
    else if (!this.#window.steps.some(({ time }) => time === this.#pinned)) this.#choose(0);
    else if (this.#forecast.some(({ actual }) => actual === null) && performance.now() - this.#askedMs > againMs)
      this.#ask();
    this.#drawSoon();
  }

  async #loadRow(): Promise<void> {
    try {
      this.#take(await this.#data.row());
    } catch {} // the one before stays
  }

  #take(row: ApiSeries): void {
    this.#row = row;
    setText(this.layout.about, aboutSeries(row));
    this.#drawSoon();
  }

  async #look(range: TimeRange): Promise<void> {
    this.#range = range;
    this.#buttons.show(this.#ranges, range);
    try {
      await this.#loadWindow();
      await this.loadPanels();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #loadWindow(): Promise<void> {
    const { last_time: lastMs } = this.#row!;
    const range = this.#range;
    if (lastMs === null || !range) return;
    let window = await this.#data.window(lastMs - range.ms);
    if (range !== this.#range) return; // another one was chosen meanwhile
    for (const document of this.#heard) window = withForecast(window, document, range.ms);
    this.#window = window;
    if (this.#pinned !== undefined && !window.steps.some(({ time }) => time === this.#pinned)) this.#pinned = undefined;
    this.#ask();
    this.#drawSoon();
  }

  #choose(place: number | undefined): void {
    const { steps } = this.#window;
    if (steps.length === 0) return;
    const isLatest = place === undefined || place >= steps.length - 1;
    const step = isLatest ? steps.at(-1)! : steps[place];
    this.#pinned = isLatest ? undefined : step.time;
    this.#ask();
    this.#drawSoon();
  }

  #ask(): void {
    const timeMs = this.#wantedMs;
    if (timeMs === undefined) return;
    this.#askedMs = performance.now();
    this.#chart.isBusy = true; // until what was asked for is drawn
    const heard = this.#heard.findLast(({ time }) => time === timeMs);
    if (heard && this.#pinned === undefined) this.#show(forecastRows(heard));
    else
      this.#forecasts
        .ask(timeMs, (forecast) => {
          if (timeMs === this.#wantedMs) this.#show(forecast);
        })
        .catch((error) => this.#fail(error));
  }

  get #wantedMs(): number | undefined {
    return this.#pinned ?? this.#window.steps.at(-1)?.time;
  }

  async #forecastOf(timeMs: number): Promise<ApiForecast[]> {
    const { steps } = this.#window;
    const place = steps.findIndex(({ time }) => time === timeMs);
    if (place < 0) return [];
    const isLast = steps[place].issued !== steps[place + 1]?.issued;
    return this.#data.forecast(steps[place], isLast, Math.max(this.#horizonMs, this.#stepMs));
  }

  #show(forecast: readonly ApiForecast[]): void {
    this.#forecast = forecast;
    const [first] = forecast;
    this.#drawSoon();
    if (!first) return;
    this.#horizonMs = forecast.at(-1)!.target_time - first.time;
    this.#panels.showWeights(first.issued);
  }

  #fail(error: unknown): void {
    if (this.#signal.aborted || !(error instanceof Error)) return;
    this.#chart.isBusy = false;
    setText(this.layout.caption, `This could not be read: ${error.message}`);
  }

  get #stepMs(): number {
    const { cadence, next } = this.#row!;
    return cadence > 0 ? cadence : next ? next.target_time - next.time : 1000;
  }

  get #lastMs(): number {
    return this.#window.steps.at(-1)?.time ?? this.#row?.last_time ?? 0;
  }

  get #fromMs(): number {
    return this.#lastMs - (this.#range?.ms ?? 0);
  }

  get #decimals(): number {
    const values = this.#window.readings.map(({ value }) => value);
    return decimalsFor(
      values.reduce((a, b) => Math.max(a, b), -Infinity) - values.reduce((a, b) => Math.min(a, b), Infinity),
    );
  }

  #moment = (ms: number): string => formatMoment(ms, { stepMs: this.#stepMs, nowMs: Date.now() });

  #drawSoon(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      if (!this.#signal.aborted) this.#draw();
    });
  }

  #draw(): void {
    if (!this.#row) return;
    const { steps, readings } = this.#window;
    const decimals = this.#decimals;
    this.#showFacts(decimals);
    const [first] = this.#forecast;
    const place = this.#pinned === undefined ? steps.length - 1 : steps.findIndex(({ time }) => time === this.#pinned);
    const words = first ? this.#moment(first.time) : 'no forecast yet';
    const chosen = steps[place];
    this.#control.show({
      ...{ place: Math.max(0, place), count: steps.length },
      words: chosen ? this.#moment(chosen.time) : words,
    });
    const origin = readings.findLast(({ time }) => time <= (first?.time ?? Number.NEGATIVE_INFINITY))?.value;
    const outcome = outcomeWords(forecastOutcome(this.#forecast, origin), decimals);
    setText(
      this.layout.caption,
      first
        ? `${this.#pinned === undefined ? 'Now,' : 'As of'} ${words}: ${outcome}`
        : 'No forecast of this series is stored yet.',
    );
    if (this.layout.figures.open)
      this.layout.table.replaceChildren(forecastTable(this.#forecast, decimals, this.#moment));
    this.#columns = chartColumns(this.#window, this.#forecast, this.#stepMs);
    this.#chart.show(
      {
        columns: this.#columns,
        ...{
          fromMs: Math.max(this.#fromMs, this.#row.first_time ?? 0),
          toMs: this.#lastMs + Math.max(this.#horizonMs, this.#stepMs),
        },
        ...{ asOfMs: first?.time, issuedMs: first?.issued, isPast: this.#pinned !== undefined },
        marks: timeMarks(steps, this.#decisions),
      },
      `${this.#series} over ${this.#range?.words ?? ''}, with the forecast as of ${words}: ${outcome}`,
    );
    this.#chart.isBusy = chosen?.time !== first?.time;
  }

  #showFacts(decimals: number): void {
    const { last, next, skill, coverage, error } = this.layout.facts;
    const step = this.#window.steps.at(-1);
    const reading = this.#window.readings.at(-1);
    const row = this.#row!;
    if (reading) last.show(formatValue(reading.value, decimals), this.#moment(reading.time));
    if (step)
      next.show(
        formatValue(step.q50, decimals),
        `${formatValue(step.q10, decimals)} … ${formatValue(step.q90, decimals)}`,
      );
    skill.show(formatSkill(row.skill1), 'less error than the last value');
    coverage.show(formatShare(row.coverage), `of ${formatCount(row.forecasts ?? 0)} forecasts`);
    error.show(formatValue(row.mae1, decimals + 1), `the last value: ${formatValue(row.persistence1, decimals + 1)}`);
  }

  #placeSlider({ left, width, minMs, maxMs }: { left: number; width: number; minMs: number; maxMs: number }): void {
    const { steps } = this.#window;
    if (steps.length === 0) return;
    const at = (timeMs: number): number => left + (width * (timeMs - minMs)) / (maxMs - minMs);
    this.#control.place(at(steps[0].time), at(steps.at(-1)!.time), left + width);
  }

  #read(index: number | undefined): void {
    if (index === undefined || !this.#columns) {
      setText(this.layout.readout, '');
      return;
    }
    const { times, actual, median, low, high } = this.#columns;
    const say = (figure: number | null | undefined): string => formatValue(figure, this.#decimals);
    const came = typeof actual[index] === 'number' ? ` came ${say(actual[index])}` : '';
    const said =
      typeof median[index] === 'number' ? ` said ${say(median[index])} (${say(low[index])} … ${say(high[index])})` : '';
    setText(this.layout.readout, `${this.#moment(times[index])}:${[came, said].filter(Boolean).join(',')}`);
  }
}
