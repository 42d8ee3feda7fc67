/**
 * The quantile of the standard normal distribution at `p` in (0, 1), to 4.5e-4 (Abramowitz & Stegun 26.2.23): enough for where
 * calibration begins.
 */
export function normalQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(Math.min(p, 1 - p)));
  const upper = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  return p < 0.5 ? -upper : upper;
}
