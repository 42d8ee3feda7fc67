import type { FineTuneOrder } from './fineTune.js';

/** How far the learning of a series has come. */
export interface Lineage {
  readonly trainable: boolean; // the model in use
  readonly isOwn: boolean; // made from this series, or from those that share it
  readonly deepAt: number; // readings at the last long training, 0: there was none
  readonly readings: number; // now
  readonly sinceDrift?: number; // readings
}

/**
 * What the next fine-tune begins with: the network in use, or, where nothing of that can be trained, a network of the series' own that
 * stands on the experts. The first training is long, and is again each time the readings have doubled, and
 * after a drift.
 */
export function learningPlan({
  trainable,
  isOwn,
  deepAt,
  readings,
  sinceDrift,
}: Lineage): Pick<FineTuneOrder, 'from' | 'depth'> {
  return {
    from: trainable ? 'incumbent' : 'fresh',
    depth: isOwn && deepAt > 0 && readings < 2 * deepAt && sinceDrift === undefined ? 'again' : 'first',
  };
}
