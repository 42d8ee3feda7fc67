import { EMPTY, lastValueFrom, NEVER, of, Subject, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { RecurrentForecaster } from '../../../../src/forecast/recurrentForecaster.js';
import { SeriesForecaster } from '../../../../src/forecast/seriesForecaster.js';
import { stepBuffers } from '../../../../src/forecast/stepper.js';
import { counters } from '../../../../src/pipeline/counters.js';
import { ModelLane } from '../../../../src/pipeline/modelLane.js';
import { forecastTicks } from '../../../../src/pipeline/operators/forecastTicks.js';
import { SeriesEntry } from '../../../../src/pipeline/seriesEntry.js';
import { Turn } from '../../../../src/pipeline/turn.js';
import { ArithmeticStepper } from '../../../support/arithmeticStepper.js';
import { SettableClock } from '../../../support/settableClock.js';
import { eventSettings } from '../../../support/settings.js';

const startMs = Date.UTC(2025, 5, 1);
const tick = (n: number, y: number) => ({
  n,
  tMs: startMs + n * 60_000,
  y,
  stepMs: 60_000,
  missing: 0,
  restart: n === 0,
});

function bench(pause?: () => Promise<void>) {
  const stepper = new ArithmeticStepper({ pause });
  const lane = new ModelLane(stepper);
  const entry = new SeriesEntry({ id: 5, seriesId: 's', settings: eventSettings }, stepper.model);
  const counted = counters();
  const clock = new SettableClock(startMs + 42);
  const turn = (...values: [y: number, silent?: true][]): Turn => {
    const made = new Turn();
    made.ticks.set(
      lane,
      values.map(([y, silent = false], n) => ({ entry, tick: tick(n, y), silent, logId: 100 + n })),
    );
    return made;
  };
  return { stepper, entry, counted, turn, operator: () => forecastTicks({ clock, counters: counted }) };
}

describe('forecastTicks', () => {
  it('adds what the model answers to every tick with a value, stored and published as the same numbers', async () => {
    const { stepper, turn, counted, operator } = bench();
    const { forecasts, published } = await lastValueFrom(of(turn([20], [22], [21])).pipe(operator()));
    const network = new RecurrentForecaster(stepper.model, eventSettings);
    const alone = new SeriesForecaster({ ...eventSettings, network });
    const buffers = stepBuffers(stepper.model, 1);
    const out = new Float64Array(9);
    for (const [n, y] of [20, 22, 21].entries()) {
      alone.prepare(tick(n, y), buffers, 0);
      await stepper.step(1, buffers);
      alone.accept(buffers, 0);
      alone.forecast(out);
      const found = JSON.parse(new TextDecoder().decode(published[n].json));
      const half = (alone.past.change / 40) * (1 + 1e-9);
      found.values.flat().forEach((value: number, i: number) => {
        expect(Math.abs(value - out[i])).toBeLessThanOrEqual(half);
      });
      expect(found).toMatchObject({
        series: 's',
        time: startMs + n * 60_000,
        issued: startMs + 42,
        model: 'arithmetic@1',
        last: y,
      });
      expect(forecasts[n]).toMatchObject({ id: 100 + n, series: 5, tick: n, y });
      expect(forecasts[n].values).toBe(published[n].values);
      expect([...published[n].values]).toEqual(found.values.flat());
    }
    expect(counted.forecasts).toBe(3);
  });

  it('steps missing and silent ticks and forecasts neither', async () => {
    const { stepper, turn, counted, operator } = bench();
    const { forecasts, published } = await lastValueFrom(of(turn([20, true], [Number.NaN], [21])).pipe(operator()));
    expect(stepper.batches).toEqual([1, 1, 1]);
    expect(forecasts.map(({ tick: n }) => n)).toEqual([2]);
    expect([published.length, counted.forecasts]).toEqual([1, 1]);
  });

  it('works on turns in their order, one after the other', async () => {
    const waiting: (() => void)[] = [];
    const { stepper, turn, operator } = bench(() => new Promise((resolve) => waiting.push(resolve)));
    const turns$ = new Subject<Turn>();
    const [first, second] = [turn([20]), turn([21])];
    const done = lastValueFrom(turns$.pipe(operator(), toArray()));
    turns$.next(first);
    turns$.next(second);
    turns$.complete();
    expect(stepper.batches.length).toBe(1);
    waiting[0]();
    await new Promise(setImmediate);
    expect(stepper.batches.length).toBe(2);
    waiting[1]();
    expect(await done).toEqual([first, second]);
  });

  it('passes on completion, silence and errors, its own and the model’s', async () => {
    const { operator, turn } = bench(() => Promise.reject(new Error('runtime')));
    expect(await lastValueFrom(EMPTY.pipe(operator(), toArray()))).toEqual([]);
    await expect(lastValueFrom(throwError(() => new Error('source')).pipe(operator()))).rejects.toThrow('source');
    await expect(lastValueFrom(of(turn([1])).pipe(operator()))).rejects.toThrow('runtime');
    let heard = 0;
    const subscription = NEVER.pipe(operator()).subscribe({ next: () => heard++, complete: () => heard++ });
    subscription.unsubscribe();
    expect(heard).toBe(0);
  });

  it('emits nothing of a turn that is being stepped when it is left', async () => {
    const { operator, turn } = bench();
    let heard = 0;
    const subscription = of(turn([1]))
      .pipe(operator())
      .subscribe(() => heard++);
    subscription.unsubscribe();
    await new Promise(setImmediate);
    expect(heard).toBe(0);
  });
});
