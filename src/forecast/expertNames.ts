/** In the order of their weights. */
export const expertNames = [
  'persistence',
  'seasonal',
  'holtwinters',
  'linear',
  'season-linear',
  'week-linear',
] as const;
export type ExpertName = (typeof expertNames)[number];
