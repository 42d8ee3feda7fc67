import type { ApiDecision, ApiForecast } from '../../http/api.js';
import { ownTimeOf } from './seriesWindow.js';

/** Something that happened to the model of a series, at a moment of the series' own time. */
export interface TimeMark {
  readonly timeMs: number;
  readonly kind: 'took over' | 'promoted' | 'refused' | 'rolled-back' | 'other';
  readonly words: string;
}

const kinds = ['promoted', 'refused', 'rolled-back'] as const;

/**
 * Decisions are taken by the clock on the wall, readings have a time of their own: a decision stands where the series had got to by then.
 * A version takes over where the forecasts begin to be its.
 */
export function timeMarks(steps: readonly ApiForecast[], decisions: readonly ApiDecision[]): TimeMark[] {
  const decided = decisions.flatMap(({ time, kind, model, verdict, reason }): TimeMark[] => {
    const timeMs = ownTimeOf(steps, time);
    if (timeMs === undefined) return [];
    return [
      {
        timeMs,
        kind: kinds.find((one) => one === verdict) ?? 'other',
        words: `${kind}: ${model} ${verdict}, ${reason}`,
      },
    ];
  });
  const taken = steps.flatMap(({ time, model }, i): TimeMark[] =>
    i > 0 && steps[i - 1].model !== model
      ? [{ timeMs: time, kind: 'took over', words: `${model} took over from ${steps[i - 1].model}` }]
      : [],
  );
  return [...decided, ...taken].sort((a, b) => a.timeMs - b.timeMs);
}
