import { outdoor, weather } from './outdoor.js';
import {
  dailyFactor,
  lagged,
  randomWalk,
  restlessWalk,
  revertingNoise,
  shortNoise,
  sumOf,
  switching,
} from './processes.js';
import { daylight, peaks, plateau } from './profile.js';
import { heatedLoad, rain, regimes, river, tank, thermostat } from './reacting.js';
import { season } from './seasons.js';
import type { Sensor } from './sensor.js';

/** A room: it follows the air outside, the heating and the people in it, slowly. */
const indoor: Sensor = (random, clock) => {
  const heating = season(random, clock, { profile: plateau(random), dailySpread: 0.1 });
  const people = switching(random, heating.map(Math.abs), random.logBetween(0.05, 1) * clock.hours, 2 / clock.hours);
  const input = sumOf(
    clock.length,
    [random.between(0, 1.5), heating],
    [random.between(0, 0.6), people],
    [random.between(0.1, 1), outdoor(random, clock)],
  );
  const room = lagged(input, random.logBetween(0.3, 12) / clock.hours);
  return sumOf(clock.length, [1, room], [random.logBetween(0.001, 0.1), shortNoise(random, clock.length)]);
};

/** Air that people breathe: rises while they are there, falls towards the open air when they have left. */
const breath: Sensor = (random, clock) => {
  const odds = season(random, clock, { profile: plateau(random), dailySpread: 0.2, week: true }).map(Math.abs);
  const here = switching(
    random,
    odds,
    random.logBetween(0.3, 3) * clock.hours,
    random.logBetween(0.5, 6) / clock.hours,
  );
  const crowd = revertingNoise(random, clock.length, 3 / clock.hours);
  const air = lagged(
    here.map((on, i) => on * Math.max(0, 1 + 0.4 * crowd[i])),
    random.logBetween(0.2, 4) / clock.hours,
  );
  return sumOf(clock.length, [1, air], [random.logBetween(0.002, 0.05), shortNoise(random, clock.length)]);
};

/** Load of many consumers: base, working day, weather, noise that grows with the level. */
const load: Sensor = (random, clock) => {
  const day = season(random, clock, { week: true, dailySpread: random.logBetween(0.01, 0.25) });
  const slow = weather(random, clock);
  const noise = revertingNoise(random, clock.length, random.logBetween(0.3, 10));
  const [base, slowSize, noiseSize] = [
    random.between(0.2, 2),
    random.logBetween(0.005, 0.4),
    random.logBetween(0.005, 0.3),
  ];
  return day.map((x, i) => (base + x) * (1 + slowSize * slow[i]) * (1 + noiseSize * noise[i]));
};

/** Things counted: never below zero, noise as the square root of the level, two peaks on working days. */
const traffic: Sensor = (random, clock) => {
  const profile = random.chance(0.7) ? peaks(random) : plateau(random);
  const day = season(random, clock, { profile, week: random.chance(0.85), dailySpread: random.logBetween(0.01, 0.4) });
  const slow = weather(random, clock);
  const [size, slowSize] = [random.logBetween(5, 5000), random.logBetween(0.005, 0.3)];
  const disturbed = revertingNoise(random, clock.length, random.logBetween(0.5, 6));
  const disturbedSize = random.logBetween(0.005, 0.2);
  return day.map((x, i) => {
    const rate = Math.max(0, size * x * Math.exp(slowSize * slow[i] + disturbedSize * disturbed[i]));
    return Math.max(0, rate + Math.sqrt(rate) * random.normal());
  });
};

/** What the sun gives: nothing at night, clouds by day. */
const solar: Sensor = (random, clock) => {
  const clear = season(random, clock, { profile: daylight(random), week: false, dailySpread: 0 });
  const cloud = dailyFactor(random, clock, random.between(0.1, 0.7));
  const passing = revertingNoise(random, clock.length, random.logBetween(0.3, 4) / clock.hours);
  const size = random.between(0, 0.6);
  return clear.map((x, i) => Math.max(0, x * Math.min(1.2, cloud[i]) * (1 - size * Math.abs(passing[i]))));
};

/** A house: a base load, and appliances that people switch on at their hours. */
const household: Sensor = (random, clock) => {
  const out = new Float64Array(clock.length).fill(random.between(0.05, 0.5));
  for (let k = 2 + random.integer(4); k > 0; k--) {
    const odds = season(random, clock, { profile: peaks(random), dailySpread: 0.3 }).map(Math.abs);
    const on = switching(
      random,
      odds,
      random.logBetween(0.05, 1.5) * clock.hours,
      random.logBetween(0.5, 5) / clock.hours,
    );
    const size = random.logBetween(0.2, 3);
    for (let i = 0; i < clock.length; i++) out[i] += size * on[i] * (1 + 0.15 * random.normal());
  }
  return random.chance(0.5) ? lagged(out, random.between(0.3, 1.5)) : out;
};

/** A timetable: what yesterday did, today does, but for the days that differ. */
const timetable: Sensor = (random, clock) =>
  sumOf(
    clock.length,
    [1, season(random, clock, { dailySpread: random.logBetween(0.003, 0.1) })],
    [random.logBetween(0.003, 0.2), weather(random, clock)],
    [random.logBetween(0.002, 0.1), shortNoise(random, clock.length)],
  );

/** No clock in it: a level that wanders, or comes home. */
const wandering: Sensor = (random, clock) =>
  sumOf(
    clock.length,
    random.chance(0.5)
      ? [1, revertingNoise(random, clock.length, random.logBetween(1, 500))]
      : [random.logBetween(0.02, 0.5), randomWalk(random, clock.length)],
    [random.logBetween(0.01, 1), shortNoise(random, clock.length)],
  );

/** No clock in it either: stretches of quiet and of change, as in a room nobody plans. */
const restless: Sensor = (random, clock) =>
  sumOf(
    clock.length,
    [1, restlessWalk(random, clock.length)],
    [random.logBetween(0.01, 1), shortNoise(random, clock.length)],
    [random.chance(0.5) ? random.logBetween(1, 30) : 0, season(random, clock)],
  );

/** A machine that fills and empties, heats and cools, at a rhythm of its own. */
const cycling: Sensor = (random, clock) => {
  const period = random.logBetween(4, 80);
  const duty = random.between(0.15, 0.85);
  const wobble = random.between(0, 0.15);
  const out = new Float64Array(clock.length);
  let [phase, length] = [random.uniform(), period];
  for (let i = 0; i < clock.length; i++) {
    out[i] = phase < duty ? 1 : 0;
    phase += 1 / length;
    if (phase >= 1) [phase, length] = [phase - 1, Math.max(3, period * (1 + wobble * random.normal()))];
  }
  const shaped = random.chance(0.7) ? lagged(out, random.logBetween(0.5, period / 2)) : out;
  return sumOf(clock.length, [1, shaped], [random.logBetween(0.01, 0.3), shortNoise(random, clock.length)]);
};

/** A working day, a walk and noise in any proportion: what no other kind covers. */
const mixture: Sensor = (random, clock) =>
  sumOf(
    clock.length,
    [random.logBetween(0.2, 6), season(random, clock)],
    [random.logBetween(0.05, 2), weather(random, clock)],
    [random.logBetween(0.005, 0.1), randomWalk(random, clock.length)],
    [random.logBetween(0.02, 1), shortNoise(random, clock.length)],
  );

/** What a meter shows: all that ever went through it, from nothing again when it was exchanged. */
const metered: Sensor = (random, clock) => {
  const exchange = random.chance(0.3) ? 1 / clock.length : 0;
  let total = 0;
  return random
    .pick([load, traffic, solar, household])(random, clock)
    .map((x) => {
      total = random.chance(exchange) ? 0 : total + Math.max(0, x);
      return total;
    });
};

/** By how often each is drawn. */
export const sensors: readonly Sensor[] = [
  outdoor,
  outdoor,
  indoor,
  indoor,
  breath,
  load,
  load,
  load,
  traffic,
  traffic,
  traffic,
  solar,
  household,
  household,
  timetable,
  timetable,
  timetable,
  wandering,
  wandering,
  restless,
  restless,
  cycling,
  metered,
  mixture,
  mixture,
  mixture,
  thermostat,
  thermostat,
  tank,
  rain,
  river,
  regimes,
  heatedLoad,
  heatedLoad,
];
