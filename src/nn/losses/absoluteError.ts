import type { Loss } from './loss.js';
import { perLevel } from './perLevel.js';

/** Mean absolute error: L = mean of |target − y|. Its best forecast is the median. */
export const absoluteError: Loss = {
  name: 'mae',
  build: (g, y, target, weight) => perLevel(g, { y, target, weight }, (miss) => g.op('Abs', [miss])),
};
