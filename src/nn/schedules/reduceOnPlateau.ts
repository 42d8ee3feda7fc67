export interface PlateauOptions {
  readonly factor?: number; // of each reduction
  readonly patience?: number; // losses without improvement that are put up with
  readonly threshold?: number; // relative improvement that counts
  readonly cooldown?: number; // losses after a reduction that are not counted
  readonly floor?: number; // of the factor
}

/** Where a reduction on plateau stands: plain data, to be kept in a checkpoint. */
export interface Plateau {
  readonly factor: number; // on the learning rate
  readonly best: number | null; // null before the first loss
  readonly bad: number; // losses since the best
  readonly resting: number; // of the cooldown
}

export const noPlateau: Plateau = { factor: 1, best: null, bad: 0, resting: 0 };

/**
 * What a held-out loss makes of it, as PyTorch's ReduceLROnPlateau (mode min, relative threshold): after more than `patience`
 * losses in a row none of which is below best·(1 − threshold), the factor is multiplied and counting starts again.
 * A loss that is no number counts as none.
 */
export function reduceOnPlateau(plateau: Plateau, loss: number, options: PlateauOptions = {}): Plateau {
  const { factor = 0.1, patience = 10, threshold = 1e-4, cooldown = 0, floor = 0 } = options;
  const better = plateau.best === null ? !Number.isNaN(loss) : loss < plateau.best * (1 - threshold);
  const best = better ? loss : plateau.best;
  const resting = Math.max(0, plateau.resting - 1);
  const bad = better || plateau.resting > 0 ? 0 : plateau.bad + 1;
  if (bad <= patience) return { factor: plateau.factor, best, bad, resting };
  return { factor: Math.max(floor, plateau.factor * factor), best, bad: 0, resting: cooldown };
}
