import type { ApiDecision } from '../../http/api.js';
import { ApiProblem } from '../api/apiProblem.js';
import { h } from '../dom/h.js';
import { formatMoment } from '../formats/times.js';
import { blendWeights } from './blendWeights.js';
import { errorByHorizon } from './errorByHorizon.js';
import { horizonErrors } from './horizonErrors.js';
import { modelHistory } from './modelHistory.js';
import { modelLineage } from './modelLineage.js';
import type { SeriesData } from './seriesData.js';

const weightsEveryMs = 600; // at most: a drag asks for many, and so does a quick series

interface SeriesPanelsOptions {
  readonly series: string;
  readonly data: SeriesData;
  readonly places: { readonly errors: HTMLElement; readonly weights: HTMLElement; readonly history: HTMLElement };
  readonly signal: AbortSignal;
}

/** What is under the picture: errors by steps ahead, the weights of the forecast looked at, the model's history. */
export class SeriesPanels {
  readonly #options: SeriesPanelsOptions;
  #weighedMs = 0; // `issued` of the forecast whose weights are wanted
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SeriesPanelsOptions) {
    this.#options = options;
  }

  async showErrors(sinceMs: number, decimals: number): Promise<void> {
    const { data, places } = this.#options;
    await this.#fill(places.errors, async () => horizonErrors(errorByHorizon(await data.accuracy(sinceMs)), decimals));
  }

  async showHistory(inUse: string, onDecisions: (decisions: readonly ApiDecision[]) => void): Promise<void> {
    const { data, places, series } = this.#options;
    await this.#fill(places.history, async () => {
      const [versions, decisions] = await Promise.all([data.versions(inUse), data.decisions()]);
      onDecisions(decisions);
      const moment = (ms: number): string => formatMoment(ms, { stepMs: 60_000, nowMs: Date.now() });
      return modelHistory(modelLineage(versions, inUse, series), decisions, moment);
    });
  }

  /** Of the forecast that is looked at by the time they are read. */
  showWeights(issuedMs: number): void {
    const { data, places } = this.#options;
    this.#weighedMs = issuedMs;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#fill(places.weights, async () => blendWeights(await data.weights(this.#weighedMs)));
    }, weightsEveryMs);
  }

  /** New content; what was unfolded stays so, and without a connection what is there stays. */
  async #fill(place: HTMLElement, content: () => Promise<HTMLElement>): Promise<void> {
    try {
      const made = await content();
      const wasOpen = place.querySelector('details')?.open ?? false;
      place.replaceChildren(made);
      const details = place.querySelector('details');
      if (details) details.open = wasOpen;
    } catch (error) {
      if (this.#options.signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      if (error.isUnreachable && place.childElementCount > 0) return;
      place.replaceChildren(h('p', { class: 'problem' }, error.message));
    }
  }
}
