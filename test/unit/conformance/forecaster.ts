import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/series/random.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';
import type { Tick } from '../../../src/series/types.js';

/** A forecaster as the suite sees it: ticks in, quantiles out, a state that can be put down and taken up. */
export interface ForecasterUnderTest {
  readonly horizon: number; // steps
  readonly levels: number;
  /** Takes in one tick; afterwards `forecast` answers for it. */
  learnOne(tick: Tick): Promise<void>;
  /** [horizon, levels] */
  forecast(): Float64Array;
  save(writer: SnapshotWriter): void;
  load(reader: SnapshotReader): void;
}

const minute = 60_000;

/** A noisy daily wave with missing values, skipped steps and restarts. */
export function troubledTicks(seed: number, count: number, stepMs = minute): Tick[] {
  const random = new Random(seed);
  const ticks: Tick[] = [];
  let n = -1;
  for (let i = 0; i < count; i++) {
    const missing = random.chance(0.05) ? 1 + random.integer(40) : 0;
    n += 1 + missing;
    const y = random.chance(0.08) && i > 0 ? Number.NaN : 20 + 5 * Math.sin(n / 7) + random.normal();
    ticks.push({ n, tMs: n * stepMs, y, stepMs, missing, restart: i === 0 || missing > 30 });
  }
  return ticks;
}

const bytes = (forecaster: ForecasterUnderTest): Uint8Array => {
  const writer = new SnapshotWriter();
  forecaster.save(writer);
  return writer.bytes();
};

export interface ConformanceOptions {
  readonly stepMs?: number;
  readonly snapshots?: readonly number[]; // ticks after which a snapshot is taken
}

/** What must hold for every forecaster, whatever it forecasts with. */
export function conformsAsForecaster(
  name: string,
  make: () => ForecasterUnderTest,
  { stepMs = minute, snapshots = [0, 1, 2, 37, 119] }: ConformanceOptions = {},
): void {
  const run = async (forecaster: ForecasterUnderTest, ticks: readonly Tick[]): Promise<number[][]> => {
    const forecasts: number[][] = [];
    for (const tick of ticks) {
      await forecaster.learnOne(tick);
      if (!Number.isNaN(tick.y)) forecasts.push([...forecaster.forecast()]);
    }
    return forecasts;
  };

  describe(`${name} as a forecaster`, () => {
    it('answers with finite, ascending quantiles for every step after every value', async () => {
      const forecaster = make();
      for (const forecast of await run(forecaster, troubledTicks(1, 300, stepMs))) {
        expect(forecast.length).toBe(forecaster.horizon * forecaster.levels);
        expect(forecast.every(Number.isFinite)).toBe(true);
        for (let i = 1; i < forecast.length; i++) {
          if (i % forecaster.levels > 0) expect(forecast[i]).toBeGreaterThanOrEqual(forecast[i - 1]);
        }
      }
    });

    it('leaves its ticks as they are', async () => {
      const ticks = troubledTicks(2, 60, stepMs).map((tick) => Object.freeze(tick));
      const before = structuredClone(ticks);
      await run(make(), ticks);
      expect(ticks).toEqual(before);
    });

    it('forecasts as often as it is asked without a change to its state or its answer', async () => {
      const forecaster = make();
      await run(forecaster, troubledTicks(3, 80, stepMs));
      const before = bytes(forecaster);
      const answers = [forecaster.forecast(), forecaster.forecast(), forecaster.forecast()];
      expect(bytes(forecaster)).toEqual(before);
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[2]).toEqual(answers[0]);
    });

    it.each(snapshots)('goes on after a snapshot at tick %d as if there had been none', async (at) => {
      const ticks = troubledTicks(4, at + 60, stepMs);
      const [whole, before, after] = [make(), make(), make()];
      const expected = [...(await run(whole, ticks.slice(0, at))), ...(await run(whole, ticks.slice(at)))];
      const found = await run(before, ticks.slice(0, at));
      after.load(new SnapshotReader(bytes(before)));
      found.push(...(await run(after, ticks.slice(at))));
      expect(found).toEqual(expected);
      expect(bytes(after)).toEqual(bytes(whole));
    });

    it('stays finite whatever the values: huge, tiny, constant, one spike', async () => {
      const values = [...Array(90)].map(
        (_, i) => [1e300, -1e300, 1e-300, 5, 5, 5][Math.floor(i / 15)] + (i === 80 ? 1e9 : 0),
      );
      const ticks = values.map((y, n) => ({ n, tMs: n * stepMs, y, stepMs, missing: 0, restart: n === 0 }));
      for (const forecast of await run(make(), ticks)) expect(forecast.every(Number.isFinite)).toBe(true);
    });

    it('gives the same for the same ticks', async () => {
      expect(await run(make(), troubledTicks(5, 120, stepMs))).toEqual(
        await run(make(), troubledTicks(5, 120, stepMs)),
      );
    });

    it('knows nothing of the future: shuffling it leaves every forecast made before as it was', async () => {
      const ticks = troubledTicks(7, 260, stepMs);
      const [random, cut] = [new Random(8), 200];
      const values = ticks.slice(cut).map(({ y }) => ({ y, place: random.uniform() }));
      values.sort((a, b) => a.place - b.place);
      const shuffled = ticks.map((tick, i) => (i < cut ? tick : { ...tick, y: values[i - cut].y }));
      const before = ticks.slice(0, cut).filter(({ y }) => !Number.isNaN(y)).length;
      const [own, other] = [await run(make(), ticks), await run(make(), shuffled)];
      expect(other.slice(0, before)).toEqual(own.slice(0, before));
      expect(other.slice(before)).not.toEqual(own.slice(before));
    });

    it('lives through a long silence', async () => {
      const forecaster = make();
      const ticks = troubledTicks(6, 40, stepMs);
      await run(forecaster, ticks);
      const { n, tMs } = ticks[39];
      for (let i = 1; i <= 500; i++) {
        await forecaster.learnOne({
          n: n + i,
          tMs: tMs + i * stepMs,
          y: Number.NaN,
          stepMs,
          missing: 0,
          restart: false,
        });
      }
      const [forecast] = await run(forecaster, [
        { n: n + 1e9, tMs: tMs + 1e9 * stepMs, y: 21, stepMs, missing: 1e9 - 501, restart: true },
      ]);
      expect(forecast.every(Number.isFinite)).toBe(true);
    });
  });
}
