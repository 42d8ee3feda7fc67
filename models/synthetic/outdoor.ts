import type { Random } from '../../src/series/random.js';
import type { Clock } from './clock.js';
import { revertingNoise, shortNoise, sumOf, trend } from './processes.js';
import { harmonics } from './profile.js';
import { season } from './seasons.js';
import type { Sensor } from './sensor.js';

/** Weather passing by: memory of half a day to six days. */
export const weather = (random: Random, clock: Clock): Float64Array =>
  revertingNoise(random, clock.length, random.logBetween(12, 150) / clock.hours);

/** Air outside: a smooth day under changing weather. */
export const outdoor: Sensor = (random, clock) =>
  sumOf(
    clock.length,
    [random.between(0.2, 1.5), season(random, clock, { profile: harmonics(random), week: false })],
    [random.between(0.3, 2), weather(random, clock)],
    [random.logBetween(0.5, 3), trend(random, clock.length)],
    [random.logBetween(0.01, 0.2), shortNoise(random, clock.length)],
  );
