/** What a worker says of itself, at once when its own partitions are registered, and every few seconds. */
export interface Hello {
  readonly worker: number;
  readonly workers: number;
  readonly incarnation: string; // of its connection: another one has registered anew
}

export const helloBytes = ({ worker, workers, incarnation }: Hello): Buffer =>
  Buffer.from(JSON.stringify({ worker, workers, incarnation }));

/** undefined for what no worker says. */
export const parseHello = (bytes: Uint8Array): Hello | undefined => {
  let said: Partial<Record<keyof Hello, unknown>> | null;
  try {
    said = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
  const { worker, workers, incarnation } = said ?? {};
  const isPlace = Number.isInteger(worker) && Number.isInteger(workers);
  if (!isPlace || typeof incarnation !== 'string') return undefined;
  const place = { worker: worker as number, workers: workers as number };
  return place.worker >= 0 && place.worker < place.workers ? { ...place, incarnation } : undefined;
};
