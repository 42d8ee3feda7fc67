import { describe, expect, it } from 'vitest';
import { DirectLeastSquares } from '../../../src/forecast/directLeastSquares.js';
import { Random } from '../../../src/series/random.js';

const width = 5;
const horizon = 3;
const options = { width, horizon, forgetting: 1, ridge: 1, clip: 1e9 };

/** Solves (ridge·I + XᵀX)·w = Xᵀy in float64. */
function ridgeSolution(rows: readonly Float64Array[], labels: readonly number[]): number[] {
  const A = Array.from({ length: width }, (_, i) =>
    Array.from({ length: width }, (_, j) => rows.reduce((sum, x) => sum + x[i] * x[j], i === j ? 1 : 0)),
  );
  const b = Array.from({ length: width }, (_, i) => rows.reduce((sum, x, t) => sum + x[i] * labels[t], 0));
  for (let i = 0; i < width; i++) {
    for (let j = i + 1; j < width; j++) {
      const factor = A[j][i] / A[i][i];
      for (let k = i; k < width; k++) A[j][k] -= factor * A[i][k];
      b[j] -= factor * b[i];
    }
  }
  const w = new Array<number>(width).fill(0);
  for (let i = width - 1; i >= 0; i--)
    w[i] = (b[i] - w.reduce((sum, value, k) => sum + (k > i ? A[i][k] * value : 0), 0)) / A[i][i];
  return w;
}

/** Rows, and labels that arrive h ticks later: a linear function of the row, its own a horizon step, and noise. */
function stream(seed: number, count: number) {
  const random = new Random(seed);
  const rows = Array.from({ length: count }, () => Float64Array.from({ length: width }, () => random.normal()));
  const labels = rows.map((x) =>
    Array.from({ length: horizon }, (_, i) => (i + 1) * x[0] - 2 * x[3] + 0.3 * random.normal()),
  );
  return { rows, labels };
}

function fed(squares: DirectLeastSquares, { rows, labels }: ReturnType<typeof stream>): DirectLeastSquares {
  for (const [t, x] of rows.entries()) {
    squares.advance(0);
    const arrived = Float64Array.from({ length: horizon }, (_, i) => labels[t - i - 1]?.[i] ?? Number.NaN);
    squares.step(arrived, x);
  }
  return squares;
}

function answer(squares: DirectLeastSquares, h: number): number {
  const out = new Float64Array(horizon);
  squares.answers(out, 0);
  return out[h - 1];
}

describe('DirectLeastSquares', () => {
  it('finds for every step what ridge regression finds on the rows whose labels have arrived', () => {
    const data = stream(1, 400);
    const squares = fed(new DirectLeastSquares(options), data);
    let worst = 0;
    for (let h = 1; h <= horizon; h++) {
      const known = data.rows.length - h;
      const labels = data.labels.map((label) => label[h - 1]);
      const w = ridgeSolution(data.rows.slice(0, known), labels.slice(0, known));
      const expected = w.reduce((sum, value, i) => sum + value * data.rows[data.rows.length - 1][i], 0);
      worst = Math.max(worst, Math.abs(answer(squares, h) - expected));
    }
    expect(worst).toBeLessThan(2e-4); // float32 state; 1e-5 measured
  });

  it('never learns a label before it has arrived: those of rows that wait change nothing', () => {
    const data = stream(2, 50);
    const changed = structuredClone(data);
    for (let t = 50 - horizon; t < 50; t++)
      for (let h = 1; h <= horizon; h++) if (t + h >= 50) changed.labels[t][h - 1] = 1e6;
    const answers = [data, changed].map((one) => {
      const squares = fed(new DirectLeastSquares(options), one);
      return [1, 2, 3].map((h) => answer(squares, h));
    });
    expect(answers[1]).toEqual(answers[0]);
  });

  it('stays bounded on a quiet stretch however long, and learns again after it', () => {
    const squares = new DirectLeastSquares({ ...options, forgetting: 0.99, clip: 4 });
    const { rows, labels } = stream(3, 300);
    fed(squares, { rows, labels });
    const still = Array.from({ length: 20_000 }, () => Float64Array.of(0, 0, 0, 0, 1));
    fed(squares, { rows: still, labels: still.map(() => [0, 0, 0]) });
    const after = stream(4, 300);
    fed(squares, after);
    const truth = [1, 2, 3].map((h) => h * after.rows[299][0] - 2 * after.rows[299][3]);
    for (const [i, value] of truth.entries()) expect(Math.abs(answer(squares, i + 1) - value)).toBeLessThan(0.5);
  });

  it('holds against a wild label: one outlier moves a clipped forecast by little', () => {
    const answers = [0, 1e6].map((outlier) => {
      const squares = new DirectLeastSquares({ ...options, clip: 2 });
      const data = stream(5, 200);
      data.labels[150][0] += outlier;
      return answer(fed(squares, data), 1);
    });
    expect(Math.abs(answers[1] - answers[0])).toBeLessThan(0.05);
  });

  it('says the same in another unit', () => {
    const data = stream(6, 200);
    const fixed = (x: Float64Array, unit: number) => x.map((value, i) => (i < 4 ? value / unit : 1));
    const [plain, scaled] = [1, 1].map(() => new DirectLeastSquares({ ...options, clip: 4 }));
    const first = { rows: data.rows.slice(0, 120).map((x) => fixed(x, 1)), labels: data.labels };
    fed(plain, first);
    fed(scaled, first);
    scaled.rescale(8, 4);
    for (let t = 120; t < 200; t++) {
      for (const [squares, unit] of [
        [plain, 1],
        [scaled, 8],
      ] as const) {
        squares.advance(0);
        const arrived = Float64Array.from({ length: horizon }, (_, i) => data.labels[t - i - 1][i] / unit);
        squares.step(arrived, fixed(data.rows[t], unit));
      }
    }
    for (let h = 1; h <= horizon; h++) expect(8 * answer(scaled, h)).toBeCloseTo(answer(plain, h), 3);
  });

  it('goes on as before when a larger one has made the memory of the kernel grow', () => {
    const { rows, labels } = stream(7, 100);
    const part = (from: number, to: number) => ({ rows: rows.slice(from, to), labels: labels.slice(from, to) });
    const [one, other] = [1, 2].map(() => fed(new DirectLeastSquares(options), part(0, 60)));
    fed(one, part(60, 100));
    const large = new DirectLeastSquares({ ...options, horizon: 900, width: 200 });
    large.advance(0);
    large.step(new Float64Array(900).fill(Number.NaN), new Float64Array(200).fill(1));
    fed(other, part(60, 100));
    for (let h = 1; h <= horizon; h++) expect(answer(other, h)).toBe(answer(one, h));
  });

  it('refuses more regressors than it has room for', () => {
    expect(() => new DirectLeastSquares({ ...options, width: 5000 })).toThrow(RangeError);
  });
});
