/** Why a series is to be learned from: its first readings, time and readings, a drift of its live loss, or somebody's wish. */
export type LearningReason = 'first' | 'time' | 'drift' | 'asked';

export interface LearningRules {
  readonly everyMs: number; // between two fine-tunes of a series
  readonly minReadings: number; // new ones, that a fine-tune needs
}

export interface SeriesProgress {
  readonly newTicks: number; // since the last fine-tune
  readonly sinceMs: number; // since then; +∞ when there was none
  readonly ticksSinceDrift: number | undefined; // undefined: there was none, or it is settled
  readonly driftLearnedAt?: number; // ticks since the drift at the last fine-tune after it, 0: there was none
}

const afterDrift = 0.25; // of minReadings: so many must come from the new regime

/** How many of the newest steps are learned from as a regime of their own; undefined before there are enough of them. */
export const newRegime = (
  ticksSinceDrift: number | undefined,
  { minReadings }: Pick<LearningRules, 'minReadings'>,
): number | undefined =>
  ticksSinceDrift !== undefined && ticksSinceDrift >= afterDrift * minReadings ? ticksSinceDrift : undefined;

/** Steps after which a drift is over. */
export const settledAfter = ({ minReadings }: Pick<LearningRules, 'minReadings'>): number => 4 * minReadings;

/** Whether a series is due, and why. After a drift it is once a quarter of `minReadings` has come, and each time that has doubled. */
export function learningDue(
  { newTicks, sinceMs, ticksSinceDrift, driftLearnedAt = 0 }: SeriesProgress,
  { everyMs, minReadings }: LearningRules,
): LearningReason | undefined {
  const drifted = newRegime(ticksSinceDrift, { minReadings });
  if (drifted !== undefined && drifted >= 2 * driftLearnedAt && sinceMs < Number.POSITIVE_INFINITY) return 'drift';
  if (newTicks < minReadings) return undefined;
  if (sinceMs === Number.POSITIVE_INFINITY) return 'first';
  return sinceMs >= everyMs ? 'time' : undefined;
}
