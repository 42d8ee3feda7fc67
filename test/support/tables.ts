import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../src/series/random.js';

/** Hourly values with a daily and a weekly season and some noise, as a CSV file; its path. */
export function seasonalTable(folder: string, rows: number, name = 'seasonal.csv'): string {
  const random = new Random(7);
  const lines = Array.from({ length: rows }, (_, i) => {
    const day = 5 * Math.sin((2 * Math.PI * i) / 24) + 2 * Math.sin((2 * Math.PI * i) / 12);
    const y = 20 + day + Math.cos((2 * Math.PI * i) / 168) + 0.5 * random.normal();
    return `${new Date(Date.UTC(2024, 0, 1, i)).toISOString()},${y.toFixed(3)}`;
  });
  const file = join(folder, name);
  writeFileSync(file, `time,y\n${lines.join('\n')}\n`);
  return file;
}

const lengths = [8, 11, 15, 21, 29, 40];

/** Runs of 8 to 40 readings, each either restless (a fast swing) or calm (a slow one), as a CSV file with columns run and kind; its path. */
export function labelledTable(folder: string, runs: number, name = 'runs.csv'): string {
  const random = new Random(9);
  const lines: string[] = [];
  let second = 0;
  for (let run = 0; run < runs; run++) {
    const restless = random.chance(0.5);
    const [period, phase] = [restless ? 3 : 11, 2 * Math.PI * random.uniform()];
    for (let t = 0, length = random.pick(lengths); t < length; t++, second++) {
      const y = Math.sin((2 * Math.PI * t) / period + phase) + 0.3 * random.normal();
      lines.push(`${new Date(1000 * second).toISOString()},${run},${y.toFixed(3)},${restless ? 'restless' : 'calm'}`);
    }
  }
  const file = join(folder, name);
  writeFileSync(file, `time,run,y,kind\n${lines.join('\n')}\n`);
  return file;
}
