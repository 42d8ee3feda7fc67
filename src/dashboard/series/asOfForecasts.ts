import type { ApiForecast } from '../../http/api.js';

const keptForecasts = 200;
const apartMs = 120; // of two questions: a drag shall not use up what one browser may ask in a minute

/** Forecasts by the reading they were made after, as one drags through them: of many asked for at once only the last one is answered. */
export class AsOfForecasts {
  readonly #load: (timeMs: number) => Promise<ApiForecast[]>;
  readonly #apart: () => Promise<unknown>;
  readonly #kept = new Map<number, readonly ApiForecast[]>(); // of which all has come true: they change no more
  #wanted = 0;
  #take: (forecast: readonly ApiForecast[]) => void = () => {};
  #isBusy = false;

  constructor(load: (timeMs: number) => Promise<ApiForecast[]>, apart = () => wait(apartMs)) {
    this.#load = load;
    this.#apart = apart;
  }

  /** Calls `take` with the forecast, at once when it is known; not at all when another one is asked for before it has come. */
  async ask(timeMs: number, take: (forecast: readonly ApiForecast[]) => void): Promise<void> {
    this.#wanted = timeMs;
    this.#take = take;
    const kept = this.#kept.get(timeMs);
    if (kept) take(kept);
    if (kept || this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let asked: number | undefined; asked !== this.#wanted && !this.#kept.has(this.#wanted); ) {
        asked = this.#wanted;
        const forecast = await this.#load(asked);
        if (forecast.length > 0 && forecast.every(({ actual }) => actual !== null)) this.#keep(asked, forecast);
        if (asked === this.#wanted) this.#take(forecast);
        else await this.#apart();
      }
    } finally {
      this.#isBusy = false;
    }
  }

  #keep(timeMs: number, forecast: readonly ApiForecast[]): void {
    this.#kept.set(timeMs, forecast);
    if (this.#kept.size > keptForecasts) this.#kept.delete(this.#kept.keys().next().value!);
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
