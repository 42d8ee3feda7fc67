import { describe, expect, it } from 'vitest';
import { FloatNetwork } from '../../../src/firmware/floatStep.js';
import { quantiseColumn } from '../../../src/firmware/integerMath.js';
import { IntegerNetwork } from '../../../src/firmware/integerNetwork.js';
import { quantise } from '../../../src/firmware/quantise.js';
import { quantiseRows } from '../../../src/firmware/quantiseRows.js';
import { readBlob } from '../../../src/firmware/readBlob.js';
import { type DrawnModel, drawnBlob, drawnModel, drawnRows, refuse } from '../../support/deviceModels.js';

const row = (...w: number[]) => ({ count: 1, inputs: w.length, w: Float32Array.from(w), bias: Float32Array.of(0.25) });

/** Largest and mean difference of y over 300 steps. */
function differences(model: DrawnModel): { worst: number; mean: number } {
  const { network } = drawnModel(model);
  const blob = readBlob(drawnBlob({ ...model, kind: 'int8' }));
  const [float, integer] = [new FloatNetwork(network), new IntegerNetwork(blob)];
  const x = drawnRows(network, 300);
  let [worst, sum, count] = [0, 0, 0];
  for (let at = 0; at < x.length; at += network.columns) {
    const columns = x.subarray(at, at + network.columns);
    const fixed = integer.step(Int16Array.from(columns, quantiseColumn));
    for (const [i, y] of float.step(columns).entries()) {
      const off = fixed[i] / 2 ** blob.yBits - y;
      worst = Math.max(worst, Math.abs(off));
      sum += off;
      count++;
    }
  }
  return { worst, mean: sum / count };
}

describe('quantisation', () => {
  it('gives the largest weight of a row nearly all of int8, at the scale that is stored', () => {
    for (const largest of [0.003, 0.1, 1, 3.9]) {
      const { w, m, bias } = quantiseRows(row(largest, -largest / 2, 0), 20);
      const scale = m[0] * 2 ** -21;
      expect(w[0]).toBeGreaterThan(60);
      expect(Math.abs(w[0] * scale - largest)).toBeLessThanOrEqual(scale / 2);
      expect(bias[0]).toBe(2 ** 18);
    }
  });

  it('gives back to the bias what rounding takes from a row on average', () => {
    const [weights, means] = [row(1, 0.0101), [0, 2]];
    const { w, m, bias } = quantiseRows(weights, 20, means);
    const scale = m[0] * 2 ** -21;
    const wanted = 0.25 + 0.0101 * 2;
    expect(Math.abs(bias[0] * 2 ** -20 + w[1] * scale * 2 - wanted)).toBeLessThan(2e-6);
    expect(Math.abs(0.25 + w[1] * scale * 2 - wanted)).toBeGreaterThan(1e-3);
  });

  it.each([
    { cell: 'rnn' },
    { cell: 'gru' },
    { cell: 'lstm' },
    { cell: 'gru', layers: 3, residual: true },
    { cell: 'lstm', layers: 2, headActivation: 'tanh', direct: true, gated: [{ from: 0, width: 1 }] },
    { cell: 'gru', inputNorm: 'batch', headActivation: 'sigmoid' },
  ] as const)('answers as the float network does, within 0.04 and without a bias: %j', (more) => {
    const { worst, mean } = differences({ hidden: 12, columns: 5, horizon: 3, ...more });
    expect(worst).toBeLessThan(0.04);
    expect(Math.abs(mean)).toBeLessThan(0.01);
  });

  it('refuses cells that write beyond ±1, and weights that are too large', () => {
    const relu = drawnModel({ cell: 'rnn', hidden: 4, columns: 2, horizon: 1, cellActivation: 'relu' });
    expect(() => quantise(relu.network, refuse)).toThrow(/write with relu/);
    const large = drawnModel({ cell: 'gru', hidden: 4, columns: 2, horizon: 1, scale: 1e4 });
    expect(() => quantise(large.network, refuse)).toThrow(/too large for int8/);
  });
});
