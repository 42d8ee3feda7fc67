import { concatMap, type MonoTypeOperatorFunction, map } from 'rxjs';
import type { Clock } from '../clock.js';
import type { ModelSwaps } from '../modelSwaps.js';
import type { Turn } from '../turn.js';

/** Before anything of a turn is stepped: a model whose state is ready takes over. Without a `swaps` nothing ever does. */
export const takeOver = (swaps: ModelSwaps | undefined): MonoTypeOperatorFunction<Turn> =>
  swaps
    ? concatMap(async (turn) => {
        await swaps.takeOver(turn);
        return turn;
      })
    : (turns$) => turns$;

/** What trials came to in a turn becomes part of it. */
export const collectDecisions = (swaps: ModelSwaps | undefined, clock: Clock): MonoTypeOperatorFunction<Turn> =>
  map((turn) => {
    swaps?.collect(turn, clock.nowMs());
    if (turn.deliveries.length === 0) swaps?.settle();
    return turn;
  });
