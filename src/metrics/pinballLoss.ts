/** Quantile loss of forecast `q` at `level` in (0, 1): level·(y − q) above, (1 − level)·(q − y) below. Unit of y. Koenker & Bassett 1978. */
export const pinballLoss = (level: number, q: number, y: number): number =>
  y >= q ? level * (y - q) : (1 - level) * (q - y);
