/** Why a series is to be learned from: its first readings, time and readings, a drift of its live loss, or somebody's wish. */
export type LearningReason = 'first' | 'time' | 'drift' | 'asked';

export interface LearningRules {
  readonly everyMs: number; // between two fine-tunes of a series
  readonly minReadings: number; // new ones, that a fine-tune needs
}

export interface SeriesProgress {
  readonly newTicks: number; // since the last fine-tune
  readonly sinceMs: number; // since then; +∞ when there was none
  readonly ticksSinceDrift: number | undefined; // undefined: there was none since the last fine-tune
}

const afterDrift = 0.25; // of minReadings: so many must come from the new regime

/** Whether a series is due, and why. */
export function learningDue(
  { newTicks, sinceMs, ticksSinceDrift }: SeriesProgress,
  { everyMs, minReadings }: LearningRules,
): LearningReason | undefined {
  if (
    ticksSinceDrift !== undefined &&
    sinceMs < Number.POSITIVE_INFINITY &&
    ticksSinceDrift >= afterDrift * minReadings
  )
    return 'drift';
  if (newTicks < minReadings) return undefined;
  if (sinceMs === Number.POSITIVE_INFINITY) return 'first';
  return sinceMs >= everyMs ? 'time' : undefined;
}
