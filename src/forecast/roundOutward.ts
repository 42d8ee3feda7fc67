/**
 * Rounds quantiles [horizon, levels] in place to so many `decimals`: those below the median down, those above it up, the median to the nearest. What an
 * interval held before, it holds after. What is too large for that stays as it is.
 */
export function roundOutward(values: Float64Array, levels: readonly number[], decimals: number): void {
  const power = powers[decimals] ?? 10 ** decimals;
  const L = levels.length;
  for (let l = 0; l < L; l++) {
    const level = levels[l];
    for (let i = l; i < values.length; i += L) {
      const scaled = values[i] * power;
      if (!(Math.abs(scaled) < largest)) continue;
      values[i] = (level < 0.5 ? Math.floor(scaled) : level > 0.5 ? Math.ceil(scaled) : Math.round(scaled)) / power;
    }
  }
}

const powers = Array.from({ length: 10 }, (_, d) => 10 ** d);

const largest = 2 ** 53;
