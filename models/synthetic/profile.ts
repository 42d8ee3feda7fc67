import type { Random } from '../../src/series/random.js';

/** A shape of the day, by share of the day that is over. */
export type Profile = (phase: number) => number;

const bump = (phase: number, at: number, sharpness: number): number =>
  Math.exp(sharpness * (Math.cos(2 * Math.PI * (phase - at)) - 1));

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** One to four harmonics: temperature, humidity, water levels. */
export function harmonics(random: Random): Profile {
  const count = 1 + random.integer(4);
  const waves = Array.from({ length: count }, (_, k) => ({
    amplitude: (k === 0 ? 1 : random.between(0, 0.6)) / (k + 1) ** 0.5,
    phase: random.uniform(),
  }));
  return (p) => waves.reduce((sum, w, k) => sum + w.amplitude * Math.cos(2 * Math.PI * ((k + 1) * p - w.phase)), 0);
}

/** One to three peaks above nothing: commuting, cooking, rentals. */
export function peaks(random: Random): Profile {
  const floor = random.between(0, 0.3);
  const list = Array.from({ length: 1 + random.integer(3) }, () => ({
    at: random.between(0.25, 0.95),
    height: random.between(0.3, 1),
    sharpness: random.logBetween(1, 40),
  }));
  return (p) => floor + list.reduce((sum, { at, height, sharpness }) => sum + height * bump(p, at, sharpness), 0);
}

/** Low, then high from opening to closing time: offices, shops, machines on shifts. */
export function plateau(random: Random): Profile {
  const open = random.between(0.2, 0.45);
  const close = random.between(0.55, 0.95);
  const steepness = random.logBetween(15, 200);
  const dip = random.chance(0.4) ? random.between(0, 0.4) : 0;
  const noon = (open + close) / 2;
  return (p) => sigmoid(steepness * (p - open)) * sigmoid(steepness * (close - p)) * (1 - dip * bump(p, noon, 60));
}

/** The height of the sun, 0 at night. */
export function daylight(random: Random): Profile {
  const noon = random.between(0.45, 0.58);
  const half = random.between(0.17, 0.34);
  const power = random.between(0.8, 1.8);
  return (p) => Math.max(0, Math.cos((Math.PI / 2) * Math.min(1, Math.abs(p - noon) / half))) ** power;
}

export function anyProfile(random: Random): Profile {
  return random.pick([harmonics, harmonics, peaks, peaks, plateau, daylight])(random);
}
