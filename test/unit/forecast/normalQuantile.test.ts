import { expect, it } from 'vitest';
import { normalQuantile } from '../../../src/forecast/normalQuantile.js';

it.each([
  [0.5, 0],
  [0.9, 1.281552],
  [0.975, 1.959964],
  [0.99, 2.326348],
  [0.999, 3.090232],
])('normalQuantile(%d) is ±%d', (p, z) => {
  expect(Math.abs(normalQuantile(p) - z)).toBeLessThan(4.5e-4);
  expect(Math.abs(normalQuantile(1 - p) + z)).toBeLessThan(4.5e-4);
});
