import type {
  ApiAccuracy,
  ApiDecision,
  ApiForecast,
  ApiModel,
  ApiReading,
  ApiSeries,
  ApiWeight,
} from '../../http/api.js';
import type { ApiClient } from '../api/apiClient.js';
import { ApiProblem } from '../api/apiProblem.js';
import type { SeriesWindow } from '../chart/seriesWindow.js';
import { baseOf, labelOf } from './modelLineage.js';

/** What the page of one series asks the daemon. */
export class SeriesData {
  readonly #client: ApiClient;
  readonly #series: string;
  readonly #signal: AbortSignal;

  constructor(client: ApiClient, series: string, signal: AbortSignal) {
    this.#client = client;
    this.#series = series;
    this.#signal = signal;
  }

  /** @throws {ApiProblem} 404 when there is no such series */
  async row(): Promise<ApiSeries> {
    const found = await this.#list<ApiSeries>('/api/series', {});
    const row = found.find(({ series }) => series === this.#series);
    if (row) return row;
    throw new ApiProblem({ status: 404, title: 'Unknown series', detail: `No series is called ${this.#series}.` });
  }

  async window(fromMs: number): Promise<SeriesWindow> {
    const [readings, steps] = await Promise.all([
      this.#list<ApiReading>('/api/readings', { from: fromMs }),
      this.#list<ApiForecast>('/api/forecasts', { from: fromMs, issued: 'all', horizon: 1 }),
    ]);
    return { readings, steps: steps.sort((a, b) => a.time - b.time) };
  }

  /**
   * All steps of a forecast of which one is known. Of several issued in one millisecond the store gives the last; another one is found by
   * the reading it was made after.
   */
  async forecast(step: ApiForecast, isLastOfItsMoment: boolean, horizonMs: number): Promise<ApiForecast[]> {
    const { time, issued } = step;
    if (isLastOfItsMoment) return this.#list('/api/forecasts', { issued });
    const near = { issued: 'all', from: time, to: time + horizonMs };
    const rows = await this.#list<ApiForecast>('/api/forecasts', near);
    return rows.filter((row) => row.time === time);
  }

  weights = (issuedMs: number): Promise<ApiWeight[]> => this.#list('/api/weights', { issued: issuedMs });

  accuracy = (sinceMs: number): Promise<ApiAccuracy[]> => this.#list('/api/accuracy', { since: sinceMs });

  async versions(inUse: string): Promise<ApiModel[]> {
    const base = baseOf(inUse);
    const [shared, own] = await Promise.all(
      [base, `${base}:${this.#series}`].map((name) =>
        this.#client.list<ApiModel>('/api/models', { name }, this.#signal),
      ),
    );
    return [...new Map([...shared, ...own].map((model) => [labelOf(model), model])).values()];
  }

  decisions = (): Promise<ApiDecision[]> => this.#list('/api/decisions', {});

  #list<T>(path: string, params: Record<string, string | number>): Promise<T[]> {
    return this.#client.list<T>(path, { series: this.#series, ...params }, this.#signal);
  }
}
