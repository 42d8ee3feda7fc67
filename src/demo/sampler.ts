import type { Outcome } from './scoreboard.js';

/** Chooses what a person can follow: of the outcomes since the last choice, the newest of the series that was shown longest ago. */
export class Sampler {
  readonly #fresh = new Map<string, Outcome>();
  readonly #shownAt = new Map<string, number>(); // by series: the running number of its last choice
  #choices = 0;

  offer(outcome: Outcome): void {
    this.#fresh.set(outcome.series, outcome);
  }

  choose(): Outcome | undefined {
    let chosen: Outcome | undefined;
    let oldest = Number.POSITIVE_INFINITY;
    for (const outcome of this.#fresh.values()) {
      const shownAt = this.#shownAt.get(outcome.series) ?? 0;
      if (shownAt < oldest) [chosen, oldest] = [outcome, shownAt];
    }
    if (!chosen) return undefined;
    this.#shownAt.set(chosen.series, ++this.#choices);
    this.#fresh.delete(chosen.series);
    return chosen;
  }
}
