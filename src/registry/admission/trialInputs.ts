import { Random } from '../../series/random.js';

/** Rows of x, one step after another: [rows, width]. */
export type Rows = (step: number, x: Float32Array, width: number) => void;

/** What scaled sensors look like: waves of several periods, noise, now and then a jump. The same seed gives the same rows. */
export function plausibleRows(seed: number): Rows {
  const random = new Random(seed);
  return (step, x, width) => {
    for (let i = 0; i < x.length; i++) {
      const wave = Math.sin((step + i) / (3 + (i % width)));
      x[i] = wave + random.normal() / 2 + (random.uniform() < 0.01 ? 5 : 0);
    }
  };
}

const regimeSteps = 16;
const regimes: readonly ((step: number, random: Random) => number)[] = [
  () => 0,
  () => 1e-30,
  () => 10,
  () => -10,
  (step) => (step % 2 === 0 ? 30 : -30),
  (step) => (step % regimeSteps === 0 ? 100 : 0),
  (_step, random) => 10 * random.normal(),
];

/** What broken sensors look like: standing still, alternating, far outside of anything seen. Scaled features are clipped to ±10. */
export function extremeRows(seed: number): Rows {
  const random = new Random(seed);
  return (step, x) => {
    const regime = regimes[Math.floor(step / regimeSteps) % regimes.length];
    for (let i = 0; i < x.length; i++) x[i] = regime(step, random);
  };
}

export const extremeSteps = regimeSteps * regimes.length;
