const dayMs = 86_400_000;

/** Share of the UTC day that is over, 0…1. */
export const dayPhase = (tMs: number): number => tMs / dayMs - Math.floor(tMs / dayMs);

/** Share of the UTC week that is over, 0…1, from Monday 00:00. The epoch was a Thursday. */
export const weekPhase = (tMs: number): number => (tMs / dayMs + 3) / 7 - Math.floor((tMs / dayMs + 3) / 7);
