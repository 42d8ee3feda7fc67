/** The worker that a partition belongs to while all are there. */
export const preferredWorker = (partition: number, workers: number): number => partition % workers;

/**
 * The turn in which a worker may take a partition: 0 for the one it belongs to; 1 … workers − 1 for the others, each a turn of its own,
 * and differently from partition to partition, so that what a dead worker held is shared out among all that are left.
 */
export const standbyRank = (partition: number, worker: number, workers: number): number => {
  const preferred = preferredWorker(partition, workers);
  if (worker === preferred) return 0;
  const distance = (worker - preferred - 1 + workers) % workers; // 0 … workers − 2
  return 1 + ((distance + Math.floor(partition / workers)) % (workers - 1));
};
