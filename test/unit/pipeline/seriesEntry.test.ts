import { describe, expect, it } from 'vitest';
import { ModelLane } from '../../../src/pipeline/modelLane.js';
import { SeriesEntry } from '../../../src/pipeline/seriesEntry.js';
import type { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';
import type { SeriesSettings, Tick } from '../../../src/series/types.js';
import { ArithmeticStepper } from '../../support/arithmeticStepper.js';
import { eventSettings, gridSettings } from '../../support/settings.js';
import { conformsAsForecaster, type ForecasterUnderTest } from '../conformance/forecaster.js';

const stepper = new ArithmeticStepper();
const entry = (settings: SeriesSettings = eventSettings): SeriesEntry =>
  new SeriesEntry({ id: 1, seriesId: 's', settings }, stepper.model);
const hear = async (to: SeriesEntry, readings: readonly (readonly [s: number, y: number])[]): Promise<string[]> => {
  const lane = new ModelLane(stepper);
  const answers: string[] = [];
  for (const [s, y] of readings) {
    const ticks: Tick[] = [];
    to.track.take({ tMs: 1e12 + 1000 * s, y, flags: 0 }, (tick) => ticks.push(tick));
    await lane.step(
      ticks.map((tick) => ({ entry: to, tick, silent: false, logId: 0 })),
      (item) => {
        const out = new Float64Array(3 * to.forecaster.horizon);
        to.forecaster.forecast(out);
        answers.push(`${item.tick.n}: ${out.join(' ')}`);
      },
    );
  }
  return answers;
};

/** The whole of an entry, fed with the values of ticks as readings; what is missing is not sent. */
function whole(): ForecasterUnderTest {
  const own = entry();
  const lane = new ModelLane(stepper);
  const out = new Float64Array(9);
  return {
    horizon: 3,
    levels: 3,
    learnOne: async ({ tMs, y }) => {
      if (Number.isNaN(y)) return;
      const ticks: Tick[] = [];
      own.track.take({ tMs, y, flags: 0 }, (tick) => ticks.push(tick));
      await lane.step(
        ticks.map((tick) => ({ entry: own, tick, silent: false, logId: 0 })),
        () => own.forecaster.forecast(out),
      );
    },
    forecast: () => out.slice(),
    save: (writer: SnapshotWriter) => {
      own.track.save(writer);
      own.forecaster.save(writer);
    },
    load: (reader: SnapshotReader) => {
      own.track.load(reader);
      own.forecaster.load(reader);
    },
  };
}

conformsAsForecaster('a series, readings and all', whole);

describe('SeriesEntry', () => {
  const readings = Array.from(
    { length: 60 },
    (_, i) => [i * 25 + (i > 30 ? 200 : 0) + (i > 45 ? 4000 : 0), Math.sin(i) * i] as const,
  );

  it.each([
    ['event cadence', eventSettings],
    ['a grid', gridSettings],
    ['a meter on a grid', { ...gridSettings, counter: true }],
  ])('goes on after a snapshot at any reading as if there had been none: %s', async (_name, settings) => {
    const uninterrupted = entry(settings);
    const expected = await hear(uninterrupted, readings);
    for (let at = 0; at <= readings.length; at += at < 40 ? 3 : 1) {
      const before = entry(settings);
      const found = await hear(before, readings.slice(0, at));
      const loaded = entry(settings);
      loaded.load(before.save());
      found.push(...(await hear(loaded, readings.slice(at))));
      expect(found).toEqual(expected);
      expect(Buffer.compare(loaded.save(), uninterrupted.save())).toBe(0);
    }
  });

  it('refuses a snapshot of another layout, one that ends early, and bytes that are none', () => {
    const bytes = entry().save();
    const other = bytes.slice();
    new DataView(other.buffer).setFloat64(0, 1, true);
    for (const state of [other, bytes.slice(0, 200), new Uint8Array(0), new Uint8Array(500).fill(0xff)]) {
      expect(() => entry().load(state)).toThrow(RangeError);
    }
  });

  it('forecasts as far as it is asked to, be it further than its model', async () => {
    const far = entry({ ...eventSettings, horizon: 30 });
    await hear(far, readings.slice(0, 20));
    const out = new Float64Array(90);
    far.forecaster.forecast(out);
    expect(out.every(Number.isFinite)).toBe(true);
    expect(new Set(out.subarray(12)).size).toBeGreaterThan(26);
  });
});
