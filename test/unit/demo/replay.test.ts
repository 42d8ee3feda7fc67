import { describe, expect, it } from 'vitest';
import { readDataset } from '../../../src/demo/dataset.js';
import { MachineMetrics } from '../../../src/demo/machineMetrics.js';
import { replayPayload } from '../../../src/demo/replay.js';
import { createDecoder } from '../../../src/payloads/createDecoder.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = createDecoder();

describe('what the demo sends', () => {
  it.each(readDataset())('is read by the daemon’s decoder as it was recorded: $topic', ({ topic, rows }) => {
    const settings = { payload: 'json', value: [], time: 'time' } as const;
    for (const row of rows.slice(0, 200)) {
      const { samples, rejects } = decode(bytes(replayPayload(row)), { topic, arrivedMs: Date.now(), settings });
      expect(rejects).toEqual([]);
      expect(samples.map(({ field, tMs, y }) => [field, tMs, y])).toEqual(
        Object.entries(row.values).map(([field, y]) => [field, row.tMs, y]),
      );
    }
  });

  it('is a bare number for every metric of this machine', () => {
    const settings = { payload: 'number', value: [] } as const;
    for (const { topic, value } of new MachineMetrics().sample()) {
      const { samples } = decode(bytes(String(value)), { topic, arrivedMs: 0, settings });
      expect(
        samples.map(({ field, y }) => [field, y]),
        topic,
      ).toEqual([[undefined, value]]);
    }
  });
});
