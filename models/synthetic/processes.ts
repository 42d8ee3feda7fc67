import type { Random } from '../../src/series/random.js';
import type { Clock } from './clock.js';

/** Mean-reverting noise of unit variance whose memory is `tau` steps (Ornstein–Uhlenbeck; 0 gives white noise). */
export function revertingNoise(random: Random, length: number, tau: number): Float64Array {
  const keep = tau > 0 ? Math.exp(-1 / tau) : 0;
  const kick = Math.sqrt(1 - keep * keep);
  const out = new Float64Array(length);
  let x = random.normal();
  for (let i = 0; i < length; i++) {
    out[i] = x;
    x = keep * x + kick * random.normal();
  }
  return out;
}

/** Noise with outliers: one draw in twenty is some times as large. */
export function heavyNoise(random: Random, length: number): Float64Array {
  const size = random.between(1, 6);
  return Float64Array.from({ length }, () => random.normal() * (random.chance(0.05) ? size : 1));
}

/** Noise that is forgotten within a few steps. */
export const shortNoise = (random: Random, length: number): Float64Array =>
  random.chance(0.5) ? heavyNoise(random, length) : revertingNoise(random, length, random.logBetween(0.5, 8));

/** Σ size · values. */
export function sumOf(length: number, ...terms: [size: number, values: Float64Array][]): Float64Array {
  const out = new Float64Array(length);
  for (const [size, values] of terms) for (let i = 0; i < length; i++) out[i] += size * values[i];
  return out;
}

/** A walk without a home; every tenth is smooth (its slope walks too). */
export function randomWalk(random: Random, length: number): Float64Array {
  const smooth = random.chance(0.3) ? random.between(0.5, 0.98) : 0;
  const out = new Float64Array(length);
  let [x, slope] = [0, 0];
  for (let i = 0; i < length; i++) {
    slope = smooth * slope + (1 - smooth) * random.normal();
    x += slope;
    out[i] = x;
  }
  return out;
}

/** A walk that is quiet for long and then lively: steps whose size has a memory of its own. No step says where the next one goes. */
export function restlessWalk(random: Random, length: number): Float64Array {
  const mood = revertingNoise(random, length, random.logBetween(3, 300));
  const swing = random.between(0.3, 1.5);
  let x = 0;
  return mood.map((size) => (x += Math.exp(swing * size) * random.normal()));
}

/** Straight lines with a few kinks. */
export function trend(random: Random, length: number): Float64Array {
  const out = new Float64Array(length);
  const kinkRate = random.integer(4) / length;
  let [x, slope] = [0, random.normal() / length];
  for (let i = 0; i < length; i++) {
    if (random.chance(kinkRate)) slope = random.normal() / length;
    x += slope;
    out[i] = x;
  }
  return out;
}

/** One factor a day, positive, around 1, with memory from day to day: weather, mood, orders in hand. */
export function dailyFactor(random: Random, clock: Clock, spread: number): Float64Array {
  const days = clock.day[clock.length - 1] + 1;
  const keep = random.between(0, 0.9);
  const factors = new Float64Array(days);
  let x = random.normal();
  for (let d = 0; d < days; d++) {
    factors[d] = Math.exp(spread * x);
    x = keep * x + Math.sqrt(1 - keep * keep) * random.normal();
  }
  return Float64Array.from({ length: clock.length }, (_, i) => factors[clock.day[i]]);
}

/** What is switched on with odds that follow `odds` (0…1), and stays on for about `onSteps`: 0 or 1. */
export function switching(random: Random, odds: Float64Array, rate: number, onSteps: number): Float64Array {
  let on = false;
  return odds.map((chance) => {
    on = on ? !random.chance(1 / onSteps) : random.chance(Math.min(1, rate * chance));
    return on ? 1 : 0;
  });
}

/** Follows `input` with a lag of `tau` steps upwards, and of `downTau` downwards: rooms, tanks, lungs of a building. */
export function lagged(input: Float64Array, tau: number, downTau = tau): Float64Array {
  const [up, down] = [tau, downTau].map((steps) => 1 - Math.exp(-1 / Math.max(steps, 1e-3)));
  let x = input[0];
  return input.map((value) => (x += (value > x ? up : down) * (value - x)));
}
