import { describe, expect, it } from 'vitest';
import { ModelLane, type PendingTick } from '../../../src/pipeline/modelLane.js';
import { SeriesEntry } from '../../../src/pipeline/seriesEntry.js';
import { ArithmeticStepper } from '../../support/arithmeticStepper.js';
import { eventSettings } from '../../support/settings.js';

const entry = (stepper: ArithmeticStepper, id: number): SeriesEntry =>
  new SeriesEntry({ id, seriesId: `s${id}`, settings: eventSettings }, stepper.model);
const pending = (of: SeriesEntry, n: number): PendingTick => ({
  entry: of,
  tick: { n, tMs: n * 60_000, y: of.id + Math.sin(n), stepMs: 60_000, missing: 0, restart: n === 0 },
  silent: false,
  logId: 0,
});

describe('ModelLane', () => {
  it('steps a series at most once a batch and no more rows than fit, each series in its order', async () => {
    const stepper = new ArithmeticStepper({ maxBatch: 3 });
    const [a, b, c, d] = [1, 2, 3, 4].map((id) => entry(stepper, id));
    const order: string[] = [];
    const work = [
      pending(a, 0),
      pending(a, 1),
      pending(b, 0),
      pending(c, 0),
      pending(d, 0),
      pending(a, 2),
      pending(d, 1),
    ];
    await new ModelLane(stepper).step(work, ({ entry: of, tick }) => order.push(`${of.seriesId}:${tick.n}`));
    expect(stepper.batches).toEqual([3, 2, 2]);
    expect(order).toEqual(['s1:0', 's2:0', 's3:0', 's1:1', 's4:0', 's1:2', 's4:1']);
  });

  it('gives each row the same answer in any batch', async () => {
    const answers = async (maxBatch: number): Promise<Record<string, number[]>> => {
      const stepper = new ArithmeticStepper({ maxBatch });
      const entries = [1, 2, 3, 4, 5].map((id) => entry(stepper, id));
      const found: Record<string, number[]> = {};
      const work = Array.from({ length: 60 }, (_, i) => pending(entries[(i * i) % 5], 0)).map((item, i, all) => {
        const n = all.slice(0, i).filter((before) => before.entry === item.entry).length;
        return pending(item.entry, n);
      });
      await new ModelLane(stepper).step(work, ({ entry: of, tick }) => {
        const out = new Float64Array(9);
        of.forecaster.forecast(out);
        found[`${of.seriesId}:${tick.n}`] = [...out];
      });
      return found;
    };
    const one = await answers(1);
    expect(Object.keys(one).length).toBe(60);
    expect(await answers(2)).toEqual(one);
    expect(await answers(64)).toEqual(one);
  });

  it('has no batch for nothing', async () => {
    const stepper = new ArithmeticStepper();
    await new ModelLane(stepper).step([], () => {});
    expect(stepper.batches).toEqual([]);
  });

  it('is named after its model', () => {
    expect(new ModelLane(new ArithmeticStepper()).label).toBe('arithmetic@1');
  });
});
