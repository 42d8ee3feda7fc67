import { concatMap, delay, EMPTY, of, pipe, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { oneAtATime } from '../../../../src/pipeline/operators/oneAtATime.js';
import { marbles } from '../../../support/marbles.js';

describe('oneAtATime', () => {
  it('lets a value into the first stage only when the one before has left the last', () => {
    const entered: [number, string][] = [];
    const scheduler = marbles();
    scheduler.run(({ hot, expectObservable, expectSubscriptions, flush }) => {
      const source = hot('  ab----c---|');
      const expected = '    ---a--b--c|';
      const stages = pipe(
        tap((value: string) => entered.push([scheduler.now(), value])),
        concatMap((value) => of(value).pipe(delay(3))),
      );
      expectObservable(source.pipe(oneAtATime(stages))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^---------!');
      flush();
    });
    expect(entered).toEqual([
      [0, 'a'],
      [3, 'b'],
      [6, 'c'],
    ]);
  });

  it('passes on completion, errors and silence, and lets go when it is left', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const stages = pipe(delay<string>(2));
      expectObservable(EMPTY.pipe(oneAtATime(stages))).toBe('|');
      expectObservable(cold<string>('-').pipe(oneAtATime(stages))).toBe('-');
      expectObservable(cold('a--#').pipe(oneAtATime(stages))).toBe('--a#');
      const left = cold('a-b---');
      expectObservable(left.pipe(oneAtATime(stages)), '^--!').toBe('--a-');
      expectSubscriptions(left.subscriptions).toBe('^--!');
    });
  });

  it('fails with the stage that fails, before the next value enters', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -ab--|');
      const fails = concatMap(() => cold<string>('-#'));
      expectObservable(source.pipe(oneAtATime(fails))).toBe('--#');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });
});
