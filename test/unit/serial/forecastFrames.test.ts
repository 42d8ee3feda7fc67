import { describe, expect, it } from 'vitest';
import { forecastFrames } from '../../../src/serial/forecastFrames.js';
import { FrameReader } from '../../../src/serial/frames/frameReader.js';
import type { Message } from '../../../src/serial/frames/messages.js';
import { writeFrame } from '../../../src/serial/frames/writeFrame.js';

type ForecastMessage = Extract<Message, { name: 'HOST_FORECAST' }>;

/** As the device reads it. */
const heard = (levels: readonly number[], horizon: number, maxPayload: number): ForecastMessage[] => {
  const values = Float64Array.from({ length: horizon * levels.length }, (_, i) => i / 4);
  const forecast = { tMs: 0, stepMs: 60_000, horizon, levels, values };
  const found: Message[] = [];
  const reader = new FrameReader('device', {
    message: (message) => found.push(message),
    bad: ({ verdict }) => expect.unreachable(verdict),
  });
  for (const message of forecastFrames(forecast, { boot: 1, sequence: 2, channel: 0, maxPayload })) {
    const frame = writeFrame(message);
    expect(frame.length).toBeLessThanOrEqual(maxPayload + 6);
    reader.push(frame);
  }
  return found as ForecastMessage[];
};

describe('a forecast in frames', () => {
  it.each([64, 100, 250])('has every step once, in order, in payloads of %i bytes at most', (maxPayload) => {
    const frames = heard([0.1, 0.5, 0.9], 24, maxPayload);
    expect(frames.flatMap(({ values }) => values)).toEqual(
      Array.from({ length: 24 }, (_, step) => [0, 1, 2].map((i) => (3 * step + i) / 4)),
    );
    let next = 1;
    for (const { first, values } of frames) {
      expect(first).toBe(next);
      next += values.length;
    }
  });

  it('keeps the levels around the median where not all have room', () => {
    const levels = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);
    const [{ levels: few }] = heard(levels, 2, 250);
    expect(few).toEqual([3000, 3500, 4000, 4500, 5000, 5500, 6000, 6500, 7000]);
    expect(heard(levels, 2, 64)[0].levels).toHaveLength(7);
  });

  it('has no more than 255 steps', () => {
    const frames = heard([0.5], 1_000, 250);
    expect(frames[0].horizon).toBe(255);
    expect(frames.flatMap(({ values }) => values)).toHaveLength(255);
  });
});
