import { outdoor, weather } from './outdoor.js';
import { dailyFactor, lagged, revertingNoise, shortNoise, sumOf } from './processes.js';
import { peaks, plateau } from './profile.js';
import { season } from './seasons.js';
import type { Sensor } from './sensor.js';

/*
 * Sensors of what reacts to where it is: thresholds, bursts, valves, moods. The next value follows from the ones before, but not
 * in proportion to them, so a linear forecast leaves something over that can be learned.
 */

/** A room between two thresholds, warmer by day: its temperature, or how much of each step the heating ran. */
export const thermostat: Sensor = (random, clock) => {
  const parts = Math.max(1, Math.round(clock.hours / 0.1)); // of a step: heating switches several times an hour
  const air = outdoor(random, clock);
  const wanted = season(random, clock, { profile: plateau(random), dailySpread: 0.02 });
  const [rise, band] = [random.between(0, 1.5), random.logBetween(0.03, 0.5)];
  const loss = 1 - Math.exp(-clock.hours / parts / random.logBetween(1, 30));
  const power = random.between(4, 10);
  const shows = random.chance(0.5);
  const noise = random.logBetween(0.003, 0.1);
  let [room, on] = [2, false];
  const out = new Float64Array(clock.length);
  for (let i = 0; i < clock.length; i++) {
    let [ran, sum] = [0, 0];
    for (let k = 0; k < parts; k++) {
      const target = 2.5 + rise * Math.abs(wanted[i]);
      if (room < target - band) on = true;
      else if (room > target + band) on = false;
      room += loss * (0.5 * air[i] + (on ? power : 0) - room);
      ran += on ? 1 : 0;
      sum += room;
    }
    out[i] = (shows ? sum : ran) / parts + noise * random.normal();
  }
  return out;
};

/** A tank or a battery: emptied by those who use it, filled in one go when it is low. */
export const tank: Sensor = (random, clock) => {
  const use = season(random, clock, { profile: peaks(random), dailySpread: 0.3 }).map(Math.abs);
  const rate = clock.hours / random.logBetween(6, 200);
  const filling = (clock.hours / random.logBetween(0.5, 12)) * 1.5;
  const [low, high] = [random.between(0.1, 0.4), random.between(0.7, 1)];
  let [level, fills] = [high, false];
  return use.map((wanted) => {
    if (level < low) fills = true;
    else if (level >= high) fills = false;
    level += (fills ? filling : 0) - rate * wanted * Math.exp(0.3 * random.normal());
    level = Math.min(1.05, Math.max(0, level));
    return level + 0.005 * random.normal();
  });
};

/** Rain in one step: mostly none, then bursts that fade. */
export const rain: Sensor = (random, clock) => {
  const front = revertingNoise(random, clock.length, random.logBetween(6, 60) / clock.hours);
  const threshold = random.between(0.3, 1.3);
  const size = random.between(0.3, 1);
  const bursts = front.map((x) => (x > threshold ? (x - threshold) * Math.exp(size * random.normal()) : 0));
  return lagged(bursts, 0, random.logBetween(0.3, 3) / clock.hours);
};

/** What rain leaves: up at once, down for days. */
export const river: Sensor = (random, clock) => {
  const fallen = rain(random, clock);
  const level = lagged(fallen, random.logBetween(0.2, 4) / clock.hours, random.logBetween(8, 120) / clock.hours);
  const base = random.between(0.1, 1);
  return sumOf(
    clock.length,
    [1, level.map((x) => Math.sqrt(base + x))],
    [random.logBetween(0.001, 0.03), shortNoise(random, clock.length)],
  );
};

/** Two ways to behave, each for a while: how strongly the last value is kept, and where it is drawn to. */
export const regimes: Sensor = (random, clock) => {
  const [keep, home, kick] = [
    [random.between(0.2, 0.98), random.between(0.2, 0.98)],
    [0, random.between(0.5, 5)],
    [random.logBetween(0.05, 1), random.logBetween(0.05, 1)],
  ];
  const byLevel = random.chance(0.5);
  const stay = random.logBetween(5, 100);
  let [x, now] = [0, 0];
  return Float64Array.from({ length: clock.length }, () => {
    if (byLevel) now = x > home[1] / 2 ? 1 : 0;
    else if (random.chance(1 / stay)) now = 1 - now;
    x = home[now] + keep[now] * (x - home[now]) + kick[now] * random.normal();
    return x;
  });
};

/** Load that grows with the cold below one temperature and with the heat above another, times a working day. */
export const heatedLoad: Sensor = (random, clock) => {
  const air = sumOf(clock.length, [1, outdoor(random, clock)], [random.between(0, 1), weather(random, clock)]);
  const [cold, warm] = [random.between(-1, 0.5), random.between(0.5, 2)];
  const [heating, cooling] = [random.between(0, 1), random.between(0, 1)];
  const felt = lagged(air, random.logBetween(0.5, 12) / clock.hours);
  const day = season(random, clock, { week: true, dailySpread: random.logBetween(0.01, 0.1) });
  const events = dailyFactor(random, clock, random.logBetween(0.005, 0.1));
  const base = random.between(0.3, 1.5);
  const noise = revertingNoise(random, clock.length, random.logBetween(0.3, 5));
  const noiseSize = random.logBetween(0.005, 0.1);
  return day.map((x, i) => {
    const need = heating * Math.max(0, cold - felt[i]) + cooling * Math.max(0, felt[i] - warm);
    return (base + Math.abs(x)) * (1 + need) * events[i] * (1 + noiseSize * noise[i]);
  });
};
