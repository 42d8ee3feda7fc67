import { concatMap, type MonoTypeOperatorFunction, of } from 'rxjs';

/**
 * Takes each value through all of `stages` before the next one enters the first of them.
 *
 *     in    a-b-------|
 *     out   ---a--b---|      stages take 3 frames: b waits outside
 *
 * So no stage sees what an earlier one made of a later value: a snapshot holds one moment, not one for each stage.
 */
export const oneAtATime = <T>(stages: MonoTypeOperatorFunction<T>): MonoTypeOperatorFunction<T> =>
  concatMap((value) => of(value).pipe(stages));
