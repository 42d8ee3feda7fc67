import type { Random } from '../../src/series/random.js';
import { type Clock, randomClock } from './clock.js';
import { addFaults } from './faults.js';
import { sensors } from './sensors.js';

export interface SyntheticSeries {
  readonly startMs: number;
  readonly stepMs: number;
  readonly values: Float64Array; // NaN where missing
}

/** One series of the prior that the shipped models learn from: a random kind of sensor, cadence, place and set of faults. */
export function syntheticSeries(random: Random, maxLength: number): SyntheticSeries {
  const clock = randomClock(random, random.between(40, 190), maxLength);
  const values = random.pick(sensors)(random, clock);
  addFaults(random, values);
  toUnit(random, clock, values);
  return { startMs: clock.startMs, stepMs: clock.stepMs, values };
}

/** A unit and an origin of the sensor's own, stored as float32: digits beyond that say more about the processor than about the sensor. */
function toUnit(random: Random, { length }: Clock, values: Float64Array): void {
  const [size, origin] = [random.logBetween(0.1, 1000), random.chance(0.5) ? random.normal() * 50 : 0];
  for (let i = 0; i < length; i++) values[i] = Math.fround(size * (values[i] + origin));
}
