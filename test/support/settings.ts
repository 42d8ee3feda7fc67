import type { SeriesSettings } from '../../src/series/types.js';

export const eventSettings: SeriesSettings = {
  cadenceMs: 0,
  aggregate: 'mean',
  lateMs: 0,
  maxGapSteps: 12,
  counter: false,
  season: 0,
  horizon: 3,
  levels: [0.1, 0.5, 0.9],
  model: 'auto',
};

export const gridSettings: SeriesSettings = { ...eventSettings, cadenceMs: 60_000, lateMs: 30_000, maxGapSteps: 5 };
