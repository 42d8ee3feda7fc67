import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { backtest } from '../../../src/backtest/backtest.js';
import { tentMap } from '../learning/support.js';

const modelsDir = fileURLToPath(new URL('../../../models', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'stepcast-learn-along-'));
afterAll(() => rmSync(dir, { recursive: true }));

function fileOf(name: string, values: readonly number[]): string {
  const file = join(dir, `${name}.csv`);
  const rows = values.map((y, i) => `${new Date(Date.UTC(2024, 0, 1, 0, i)).toISOString()},${y}`);
  writeFileSync(file, `time,y\n${rows.join('\n')}\n`);
  return file;
}

const options = {
  values: [],
  cadenceMs: 0,
  horizon: 4,
  season: 0,
  modelsDir,
  models: ['auto'],
  protocol: 'single',
} as const;

const recipe = { firstSteps: 100, bptt: 24, hiddenSize: 16, batch: 16 };

describe('backtest --learn on', () => {
  it('learns what the experts cannot, and forecasts better for it', async () => {
    const file = fileOf('tent', tentMap(1200));
    const [frozen] = await backtest({ ...options, file });
    const [learned] = await backtest({ ...options, file, learn: { first: 500, every: 500, recipe } });
    expect(learned.fineTunes?.map(({ row }) => row)).toEqual([500, 1000]);
    expect(learned.fineTunes![0].verdict.promoted).toBe(true);
    expect(learned.columns.y.maeByHorizon[0]).toBeLessThan(0.8 * frozen.columns.y.maeByHorizon[0]);
  });

  it('knows nothing of what is still to come', async () => {
    const values = tentMap(1000);
    const learn = { first: 500, every: 250, recipe };
    const [whole] = await backtest({ ...options, file: fileOf('whole', values), learn });
    const changed = values.map((y, i) => (i < 750 ? y : 5 - y));
    const [other] = await backtest({ ...options, file: fileOf('changed', changed), learn });
    expect(whole.fineTunes!.map(({ row }) => row)).toEqual([500, 750]);
    expect(other.fineTunes).toEqual(whole.fineTunes);
  });
});
