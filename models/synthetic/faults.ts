import type { Random } from '../../src/series/random.js';

/** What instruments and links do to a series, in place: level shifts, spikes, rounding, stuck values, gaps (NaN). */
export function addFaults(random: Random, values: Float64Array): void {
  const scale = typicalSize(values);
  if (random.chance(0.15)) shiftLevels(random, values, scale);
  if (random.chance(0.1)) addSpikes(random, values, scale);
  if (random.chance(0.06)) saturate(random, values);
  if (random.chance(0.2)) round(values, scale * random.logBetween(0.002, 0.3));
  else if (random.chance(0.3)) report(random, values);
  if (random.chance(0.05)) stick(random, values);
  if (random.chance(0.2)) dropOut(random, values);
}

function typicalSize(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) + 1e-9;
}

function shiftLevels(random: Random, values: Float64Array, scale: number): void {
  const rate = random.between(1, 5) / values.length;
  let shift = 0;
  for (let i = 0; i < values.length; i++) {
    if (random.chance(rate)) shift += scale * random.normal() * 1.5;
    values[i] += shift;
  }
}

function addSpikes(random: Random, values: Float64Array, scale: number): void {
  const rate = random.logBetween(0.0005, 0.01);
  const up = random.chance(0.7);
  for (let i = 0; i < values.length; i++) {
    if (random.chance(rate)) values[i] += scale * random.between(2, 8) * (up || random.chance(0.5) ? 1 : -1);
  }
}

/** An instrument that knows no more than its range. */
function saturate(random: Random, values: Float64Array): void {
  const sorted = values.slice().sort();
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))];
  const [low, high] = random.chance(0.5)
    ? [at(0), at(random.between(0.7, 0.98))]
    : [at(random.between(0.02, 0.5)), at(1)];
  for (let i = 0; i < values.length; i++) values[i] = Math.min(high, Math.max(low, values[i]));
}

function round(values: Float64Array, resolution: number): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.round(values[i] / resolution) * resolution;
}

/** A display of few digits next to what happens in one step, read a few times a step and averaged: most steps change nothing. */
function report(random: Random, values: Float64Array): void {
  let change = 0;
  for (let i = 1; i < values.length; i++) change += Math.abs(values[i] - values[i - 1]) / values.length;
  const resolution = change * random.logBetween(0.7, 15) + 1e-9;
  const samples = 1 + random.integer(3);
  const shake = resolution * random.between(0, 0.4);
  for (let i = 0; i < values.length; i++) {
    let sum = 0;
    for (let k = 0; k < samples; k++) sum += Math.round((values[i] + shake * random.normal()) / resolution);
    values[i] = (sum * resolution) / samples;
  }
}

function stick(random: Random, values: Float64Array): void {
  const rate = 2 / values.length;
  for (let i = 1; i < values.length; i++) {
    if (!random.chance(rate)) continue;
    const end = Math.min(values.length, i + Math.round(random.logBetween(5, 100)));
    values.fill(values[i - 1], i, end);
    i = end;
  }
}

function dropOut(random: Random, values: Float64Array): void {
  const [single, block] = [random.logBetween(0.001, 0.1), random.chance(0.5) ? 3 / values.length : 0];
  for (let i = 1; i < values.length; i++) {
    if (random.chance(single)) values[i] = Number.NaN;
    if (random.chance(block)) values.fill(Number.NaN, i, i + Math.round(random.logBetween(3, 60)));
  }
}
