import type { Loss } from './loss.js';
import { perLevel } from './perLevel.js';

/** Mean squared error: L = mean of (target − y)². Its best forecast is the mean. */
export const squaredError: Loss = {
  name: 'mse',
  build: (g, y, target, weight) => perLevel(g, { y, target, weight }, (miss) => g.op('Mul', [miss, miss])),
};
