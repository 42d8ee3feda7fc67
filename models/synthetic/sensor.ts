import type { Random } from '../../src/series/random.js';
import type { Clock } from './clock.js';

/** One kind of sensor: a clean series in any unit. */
export type Sensor = (random: Random, clock: Clock) => Float64Array;
