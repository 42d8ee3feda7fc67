import type { TargetKind } from '../forecast/modelContract.js';
import type { FineTuneOrder } from './fineTune.js';

/** How far the learning of a series has come. */
export interface Lineage {
  readonly target: TargetKind; // of the model in use
  readonly isOwn: boolean; // made from this series, or from those that share it
  readonly deepAt: number; // readings at the last long training, 0: there was none
  readonly readings: number; // now
  readonly sinceDrift?: number; // readings
}

/**
 * What the next fine-tune begins with. A network that stands on the experts goes on from where it is; one that does not makes room for
 * a network of the series' own, which beats it by far. The first training is long, and is again each time the readings have doubled, and
 * after a drift.
 */
export function learningPlan({
  target,
  isOwn,
  deepAt,
  readings,
  sinceDrift,
}: Lineage): Pick<FineTuneOrder, 'from' | 'depth'> {
  return {
    from: target === 'residual' ? 'incumbent' : 'fresh',
    depth: isOwn && deepAt > 0 && readings < 2 * deepAt && sinceDrift === undefined ? 'again' : 'first',
  };
}
