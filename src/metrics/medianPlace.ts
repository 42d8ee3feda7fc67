/**
 * Where the median lies among ascending quantile levels: value[index] + weight · (value[index + 1] − value[index]), between the two
 * neighbours of 0.5 when it is no level itself, the nearest level when all are on one side.
 */
export function medianPlace(levels: readonly number[]): { readonly index: number; readonly weight: number } {
  const above = levels.findIndex((level) => level >= 0.5);
  if (above === -1) return { index: levels.length - 1, weight: 0 };
  if (above === 0 || levels[above] === 0.5) return { index: above, weight: 0 };
  const [low, high] = [levels[above - 1], levels[above]];
  return { index: above - 1, weight: (0.5 - low) / (high - low) };
}
