import type { ApiDecision, ApiForecast, ApiForecastDocument, ApiSeries } from '../../http/api.js';
import type { ApiClient } from '../api/apiClient.js';
import { chartColumns } from '../chart/chartColumns.js';
import { ForecastChart } from '../chart/forecastChart.js';
import { forecastOutcome } from '../chart/forecastOutcome.js';
import { forecastRows } from '../chart/forecastRows.js';
import { type SeriesWindow, stepAt, withForecast } from '../chart/seriesWindow.js';
import { timeMarks } from '../chart/timeMarks.js';
import { type TimeRange, timeRanges, usualRange } from '../chart/timeRanges.js';
import { h } from '../dom/h.js';
import { setText } from '../dom/setText.js';
import { decimalsFor, formatCount, formatShare, formatSkill, formatValue } from '../formats/numbers.js';
import { formatDuration, formatMoment } from '../formats/times.js';
import { AsOfControl } from './asOfControl.js';
import { AsOfForecasts } from './asOfForecasts.js';
import { blendWeights } from './blendWeights.js';
import { errorByHorizon } from './errorByHorizon.js';
import { forecastTable } from './forecastTable.js';
import { horizonErrors } from './horizonErrors.js';
import { modelHistory } from './modelHistory.js';
import { modelLineage } from './modelLineage.js';
import { outcomeWords } from './outcomeWords.js';
import { SeriesData } from './seriesData.js';
import { seriesLayout } from './seriesLayout.js';

const keptDocuments = 200;
const settledMs = 300; // a drag has come to rest
const againMs = 1000; // between two looks at what came of a forecast that is still coming true

/** State of one series' page, and the drawing of it. */
export class SeriesPage {
  readonly layout: ReturnType<typeof seriesLayout>;
  readonly #data: SeriesData;
  readonly #forecasts: AsOfForecasts;
  readonly #chart: ForecastChart;
  readonly #control: AsOfControl;
  readonly #signal: AbortSignal;
  readonly #series: string;
  #row: ApiSeries | undefined;
  #window: SeriesWindow = { readings: [], steps: [] };
  #range: TimeRange | undefined;
  #forecast: readonly ApiForecast[] = [];
  #pinned: number | undefined; // `issued` of the forecast looked at; undefined: the latest
  #horizonMs = 0;
  #decisions: readonly ApiDecision[] = [];
  readonly #heard: ApiForecastDocument[] = []; // lately: they are published before they are stored
  #frame: number | undefined;
  #askedMs = 0;
  #settling: ReturnType<typeof setTimeout> | undefined;

  constructor(client: ApiClient, series: string, signal: AbortSignal) {
    this.#series = series;
    this.#signal = signal;
    this.#data = new SeriesData(client, series, signal);
    this.#forecasts = new AsOfForecasts(this.#data.asOf);
    this.#control = new AsOfControl({ onChoose: (place) => this.#choose(place) });
    this.#chart = new ForecastChart(
      {
        onDrag: (timeMs) => this.#choose(stepAt(this.#window.steps, timeMs)),
        onPoint: (index) => this.#read(index),
        onPlace: (place) => this.#placeSlider(place),
      },
      signal,
    );
    this.layout = seriesLayout(series, this.#chart.element, this.#control.slider, this.#control.buttons);
  }

  get isLoaded(): boolean {
    return this.#row !== undefined;
  }

  /** Everything anew. @throws {ApiProblem} */
  async load(): Promise<void> {
    const row = await this.#data.row();
    this.#row = row;
    this.#showAbout(row);
    const ranges = timeRanges(this.#stepMs, (row.last_time ?? 0) - (row.first_time ?? 0));
    this.#range = ranges.find(({ ms }) => ms === this.#range?.ms) ?? usualRange(ranges, this.#stepMs);
    this.#showRanges(ranges);
    await this.#loadWindow();
    await this.loadPanels();
  }

  /** What does not come by itself, anew. */
  async refresh(): Promise<void> {
    await Promise.all([this.#loadRow(), this.loadPanels()]);
  }

  /** Errors, versions, decisions, weights. */
  async loadPanels(): Promise<void> {
    const { errors, history } = this.layout;
    const since = this.#fromMs;
    await Promise.all([
      this.#panel(errors, async () => horizonErrors(errorByHorizon(await this.#data.accuracy(since)), this.#decimals)),
      this.#panel(history, async () => {
        const inUse = this.#window.steps.at(-1)?.model ?? this.#row?.model ?? '';
        const [versions, decisions] = await Promise.all([this.#data.versions(inUse), this.#data.decisions()]);
        this.#decisions = decisions;
        this.#drawSoon();
        return modelHistory(modelLineage(versions, inUse, this.#series), decisions, this.#wallMoment);
      }),
      this.#loadWeights(),
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
    if (this.#pinned === undefined) this.#take(forecastRows(document));
    else if (this.#forecast.some(({ actual }) => actual === null) && performance.now() - this.#askedMs > againMs)
      this.#ask();
    this.#drawSoon();
  }

  async #loadRow(): Promise<void> {
    try {
      this.#row = await this.#data.row();
    } catch {
      return; // the one before stays
    }
    this.#showAbout(this.#row);
    this.#drawSoon();
  }

  async #loadWindow(): Promise<void> {
    const { last_time: lastMs } = this.#row!;
    if (lastMs === null || !this.#range) return;
    let window = await this.#data.window(lastMs - this.#range.ms);
    for (const document of this.#heard) window = withForecast(window, document, this.#range.ms);
    this.#window = window;
    const { steps } = this.#window;
    if (this.#pinned !== undefined && !steps.some(({ issued }) => issued === this.#pinned)) this.#pinned = undefined;
    this.#drawSoon();
    const issued = this.#pinned ?? steps.at(-1)?.issued;
    if (issued !== undefined) this.#ask();
  }

  #choose(place: number | undefined): void {
    const { steps } = this.#window;
    if (steps.length === 0) return;
    const isLatest = place === undefined || place >= steps.length - 1;
    const step = isLatest ? steps.at(-1)! : steps[place];
    this.#pinned = isLatest ? undefined : step.issued;
    this.#ask();
    this.#drawSoon();
  }

  #ask(): void {
    const issued = this.#pinned ?? this.#window.steps.at(-1)?.issued;
    if (issued === undefined) return;
    this.#askedMs = performance.now();
    this.#forecasts
      .ask(issued, (forecast) => {
        if (this.#pinned !== undefined || forecast[0]?.issued === this.#window.steps.at(-1)?.issued)
          this.#take(forecast);
        this.#loadWeightsSoon();
      })
      .catch((error) => {
        if (!this.#signal.aborted) setText(this.layout.caption, `This forecast could not be read: ${error.message}`);
      });
  }

  #take(forecast: readonly ApiForecast[]): void {
    this.#forecast = forecast;
    const [first] = forecast;
    if (first) this.#horizonMs = forecast.at(-1)!.target_time - first.time;
    this.#drawSoon();
  }

  #loadWeightsSoon(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => void this.#loadWeights(), settledMs);
  }

  async #loadWeights(): Promise<void> {
    const issued = this.#forecast[0]?.issued;
    if (issued === undefined) return;
    await this.#panel(this.layout.weights, async () => blendWeights(await this.#data.weights(issued)));
  }

  async #panel(place: HTMLElement, content: () => Promise<HTMLElement>): Promise<void> {
    try {
      const made = await content();
      const wasOpen = place.querySelector('details')?.open ?? false;
      place.replaceChildren(made);
      const details = place.querySelector('details');
      if (details) details.open = wasOpen;
    } catch (error) {
      if (this.#signal.aborted || !(error instanceof Error)) return;
      place.replaceChildren(h('p', { class: 'problem' }, error.message));
    }
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
  #wallMoment = (ms: number): string => formatMoment(ms, { stepMs: 60_000, nowMs: Date.now() });

  #drawSoon(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      if (!this.#signal.aborted) this.#draw();
    });
  }

  #draw(): void {
    const { steps, readings } = this.#window;
    const decimals = this.#decimals;
    this.#showFacts(decimals);
    const [first] = this.#forecast;
    const place =
      this.#pinned === undefined ? steps.length - 1 : steps.findIndex(({ issued }) => issued === this.#pinned);
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
    this.layout.figures.replaceChildren(forecastTable(this.#forecast, decimals, this.#moment));
    this.#chart.show(
      {
        columns: chartColumns(this.#window, this.#forecast, this.#stepMs),
        ...{ fromMs: this.#fromMs, toMs: this.#lastMs + Math.max(this.#horizonMs, this.#stepMs) },
        ...{ asOfMs: first?.time, issuedMs: first?.issued, isPast: this.#pinned !== undefined },
        marks: timeMarks(steps, this.#decisions),
      },
      `${this.#series} over ${this.#range?.words ?? ''}, with the forecast as of ${words}: ${outcome}`,
    );
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

  #showAbout({ model, cadence, season, readings }: ApiSeries): void {
    const parts = [
      model ?? 'no model yet',
      cadence > 0 ? `a step every ${formatDuration(cadence)}` : 'every reading is a step',
      season ? `season of ${formatCount(season)} steps` : 'no season found',
      `${formatCount(readings)} readings`,
    ];
    setText(this.layout.about, parts.join(' · '));
  }

  #showRanges(ranges: readonly TimeRange[]): void {
    this.layout.ranges.replaceChildren(
      ...ranges.map((range) => {
        const take = (): void => {
          this.#range = range;
          this.#showRanges(ranges);
          void this.#loadWindow().then(() => this.loadPanels());
        };
        return h(
          'button',
          { type: 'button', 'aria-pressed': String(range.ms === this.#range?.ms), on: { click: take } },
          range.words,
        );
      }),
    );
  }

  #placeSlider({ left, width, minMs, maxMs }: { left: number; width: number; minMs: number; maxMs: number }): void {
    const { steps } = this.#window;
    if (steps.length === 0) return;
    const at = (timeMs: number): number => left + (width * (timeMs - minMs)) / (maxMs - minMs);
    this.#control.place(at(steps[0].time), at(steps.at(-1)!.time), left + width);
  }

  #read(index: number | undefined): void {
    const { readings } = this.#window;
    if (index === undefined || !this.#row) {
      setText(this.layout.readout, '');
      return;
    }
    const { times, median, low, high } = chartColumns(this.#window, this.#forecast, this.#stepMs);
    const value = readings.find(({ time }) => time === times[index])?.value;
    const say = (figure: number | null | undefined): string => formatValue(figure, this.#decimals);
    const said =
      typeof median[index] === 'number'
        ? `, said ${say(median[index])} (${say(low[index])} … ${say(high[index])})`
        : '';
    setText(this.layout.readout, `${this.#moment(times[index])}: came ${say(value)}${said}`);
  }
}
