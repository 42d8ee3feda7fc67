import { describe, expect, it } from 'vitest';
import { RecurrentForecaster } from '../../../src/forecast/recurrentForecaster.js';
import { stepBuffers } from '../../../src/forecast/stepper.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';
import type { Tick } from '../../../src/series/types.js';
import { ArithmeticStepper } from '../../support/arithmeticStepper.js';

const tick = (n: number, y: number, restart = n === 0): Tick => ({
  n,
  tMs: n * 60_000,
  y,
  stepMs: 60_000,
  missing: 0,
  restart,
});

describe('RecurrentForecaster', () => {
  const { model } = new ArithmeticStepper({ horizon: 2, features: ['value', 'missing'] });
  const heard = (values: readonly number[], target: 'change' | 'value' | 'residual' = 'change') => {
    const forecaster = new RecurrentForecaster({ ...model, metadata: { ...model.metadata, target } }, { season: 0 });
    const buffers = stepBuffers(model, 2);
    values.forEach((y, n) => {
      forecaster.prepare(tick(n, y), buffers, 1);
    });
    return { forecaster, buffers };
  };
  const answered = (y: readonly number[], values: readonly number[], target?: 'change' | 'value'): number[] => {
    const { forecaster, buffers } = heard(values, target);
    buffers.y.set(y, 6);
    const out = new Float64Array(3).fill(-7);
    forecaster.median(buffers, 1, 2, out, 1);
    expect(out[0]).toBe(-7);
    return [...out.subarray(1)];
  };

  it('fills its own row of the batch and no other', () => {
    const { forecaster, buffers } = heard([1, 3]);
    for (const array of [buffers.x, ...buffers.states]) array.fill(7);
    forecaster.prepare(tick(2, 2), buffers, 1);
    expect([...buffers.x]).toEqual([7, 7, 0, 0]); // 2 is the mean of 1, 3, 2
    expect(buffers.states.map((state) => [...state])).toEqual([
      [7, 7, 7, 0, 0, 0],
      [7, 7, 0, 0],
    ]);
  });

  it('carries the state of its row from step to step, and clears it before a tick that restarts', () => {
    const { forecaster, buffers } = heard([1]);
    buffers.states[0].set([1, 2, 3, 4, 5, 6]);
    buffers.states[1].set([10, 20, 30, 40]);
    forecaster.accept(buffers, 1);
    for (const state of buffers.states) state.fill(0);
    forecaster.prepare(tick(1, 2), buffers, 0);
    expect(buffers.states.map((state) => [...state])).toEqual([
      [4, 5, 6, 0, 0, 0],
      [30, 40, 0, 0],
    ]);
    forecaster.prepare(tick(2, 2, true), buffers, 0);
    expect(buffers.states.map((state) => [...state.subarray(0, 2)])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('keeps what it learned of the scale over a restart', () => {
    const { forecaster, buffers } = heard([1, 3, 5]);
    forecaster.prepare(tick(3, 7, true), buffers, 1);
    expect([forecaster.features.level, forecaster.features.unit(1)]).toEqual([4, 2]);
  });

  it('adds u_h of the change to the last value', () => {
    // u_1 = (4 + 2) / 2 = 3, u_2 = 2; the last value is 3
    expect(answered([-1, 0, 2, -1, 0.5, 1], [1, 5, 3])).toEqual([3, 4]);
  });

  it('gives values as mean and spread', () => {
    // mean 4, standard deviation 2
    expect(answered([-1, 0, 2, -1, 0.5, 1], [2, 6], 'value')).toEqual([4, 5]);
  });

  it('adds a residual to the blend of the experts, in units of its usual error', () => {
    const { forecaster, buffers } = heard([1, 5, 3], 'residual');
    buffers.y.set([0, 2, 0, 0, -1, 0], 6);
    const out = new Float64Array(2);
    const view = {
      horizon: 2,
      lastError: 0,
      base: (h: number) => 10 * h,
      baseUnit: (h: number) => h,
      expert: () => {},
    };
    forecaster.median(buffers, 1, 2, out, 0, view);
    expect([...out]).toEqual([12, 18]);
  });

  it('takes an answer that is no number for no change', () => {
    const { NaN: none, POSITIVE_INFINITY: infinite } = Number;
    expect(answered([0, none, 0, 0, -infinite, infinite], [0, 1])).toEqual([1, 1]);
  });

  it('stays finite when the answer does not fit into a number', () => {
    expect(answered([0, 1e38, 0, 0, -1e38, 0], [0, 1e300]).every(Number.isFinite)).toBe(true);
  });

  it('is not harmed for good by one monstrous value', () => {
    const { forecaster, buffers } = heard([1, 2, 1e300, -1e300, 2, 1]);
    expect([...buffers.x].every(Number.isFinite)).toBe(true);
    expect([forecaster.features.spread, forecaster.features.level].every(Number.isFinite)).toBe(true);
    for (let n = 6; n < 20; n++) forecaster.prepare(tick(n, n % 3), buffers, 1);
    expect([...buffers.x].every(Number.isFinite)).toBe(true);
  });

  it('forecasts fewer steps than the model has when asked for fewer', () => {
    const { forecaster, buffers } = heard([0, 1]);
    buffers.y.set([1, 2, 3, 4, 5, 6], 6);
    const out = new Float64Array(2).fill(-1);
    forecaster.median(buffers, 1, 1, out, 0);
    expect([...out]).toEqual([3, -1]);
  });

  it('refuses a snapshot that ends early', () => {
    const { forecaster } = heard([1, 2]);
    const writer = new SnapshotWriter();
    forecaster.save(writer);
    const half = writer.bytes().slice(0, 100);
    expect(() => heard([]).forecaster.load(new SnapshotReader(half))).toThrow(RangeError);
  });
});
