import type { Forecast, Gap } from '../pipeline/ports.js';
import type { ApiDecision, ApiGap, ApiHealth, ApiLatest } from './api.js';

const everyMs = 250;
const mostHeld = 256; // of each kind, while what was sent is not taken; the oldest are left out

/** What happened since the last of these. */
export interface Heard {
  readonly health?: ApiHealth; // when it changed
  readonly latest?: readonly ApiLatest[]; // each series that moved
  readonly forecasts?: readonly { readonly series: string; readonly json: string }[]; // of series that are wanted in full
  readonly decisions?: readonly ApiDecision[];
  readonly gaps?: readonly ApiGap[];
}

export interface LiveTapOptions {
  readonly health: () => ApiHealth;
  readonly send: (heard: Heard) => void;
}

/**
 * Hears what the pipeline says, for a LiveFeed that may run in another thread. While nobody listens, nothing is kept of a forecast; nothing more
 * is sent before `taken` says that the last was taken.
 */
export class LiveTap {
  readonly #options: LiveTapOptions;
  #wanted: ReadonlySet<string> | undefined; // undefined: nobody listens
  #latest = new Map<string, ApiLatest>();
  #forecasts: { series: string; json: string }[] = [];
  #decisions: ApiDecision[] = [];
  #gaps: ApiGap[] = [];
  #healthText = '';
  #isUntaken = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LiveTapOptions) {
    this.#options = options;
  }

  listeners(wanted: readonly string[] | undefined): void {
    this.#wanted = wanted && new Set(wanted);
    this.#healthText = ''; // it may have been told otherwise meanwhile
    if (wanted) {
      this.#timer ??= setInterval(() => this.#send(), everyMs);
      return;
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#latest.clear();
    this.#forecasts = [];
  }

  /** Forecasts are parts of a slab, so what is kept is copied. */
  forecasts(issued: readonly Forecast[]): void {
    if (!this.#wanted) return;
    for (const forecast of issued) {
      const { seriesId: series, json } = forecast;
      this.#latest.set(series, shortOf(forecast));
      if (this.#wanted.has(series)) this.#forecasts.push({ series, json: Buffer.from(json).toString() });
    }
    this.#sendSoon();
  }

  decisions(decisions: readonly ApiDecision[]): void {
    this.#decisions.push(...decisions);
    this.#sendSoon();
  }

  gaps(gaps: readonly Gap[]): void {
    for (const gap of gaps) this.#gaps.push(gapOf(gap));
    this.#sendSoon();
  }

  taken(): void {
    this.#isUntaken = false;
    this.#sendSoon();
  }

  /** Who it was sent to is no more; another begins anew. */
  lost(): void {
    this.#isUntaken = false;
    this.listeners(undefined);
  }

  /** What is more than the last of a series. */
  #sendSoon(): void {
    if (this.#forecasts.length + this.#decisions.length + this.#gaps.length > 0) this.#send();
    this.#forecasts = this.#forecasts.slice(-mostHeld);
    this.#decisions = this.#decisions.slice(-mostHeld);
    this.#gaps = this.#gaps.slice(-mostHeld);
  }

  #send(): void {
    if (this.#isUntaken) return;
    const health = this.#options.health();
    const healthText = JSON.stringify(health);
    const heard: Heard = {
      ...(healthText !== this.#healthText && { health }),
      ...(this.#latest.size > 0 && { latest: [...this.#latest.values()] }),
      ...(this.#forecasts.length > 0 && { forecasts: this.#forecasts }),
      ...(this.#decisions.length > 0 && { decisions: this.#decisions }),
      ...(this.#gaps.length > 0 && { gaps: this.#gaps }),
    };
    if (Object.keys(heard).length === 0) return;
    this.#healthText = healthText;
    this.#latest.clear();
    this.#forecasts = [];
    this.#decisions = [];
    this.#gaps = [];
    this.#isUntaken = true;
    this.#options.send(heard);
  }
}

function shortOf({ seriesId, tMs, stepMs, last, levels, values }: Forecast): ApiLatest {
  const median = levels.indexOf(0.5);
  return {
    ...{ series: seriesId, time: tMs, last, target_time: tMs + stepMs },
    next: values[median < 0 ? Math.floor(levels.length / 2) : median],
    low: values[0],
    high: values[levels.length - 1],
  };
}

const gapOf = ({ seriesId, fromMs, toMs, missing, reason }: Gap): ApiGap => ({
  ...{ series: seriesId, from: fromMs, to: toMs, missing, reason },
});
