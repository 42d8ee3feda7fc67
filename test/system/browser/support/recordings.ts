import { readDataset } from '../../../../src/demo/dataset.js';
import type { SentReading } from './station.js';

/** Readings of the recorded data sets of the demo, each stream to its topic; as many steps of each as asked for. */
export function recordings(steps: number, from = 0): SentReading[] {
  const streams = readDataset();
  return Array.from({ length: steps }, (_, i) => i + from).flatMap((i) =>
    streams.map(({ topic, rows }) => ({ topic, payload: { time: rows[i].tMs, ...rows[i].values } })),
  );
}
