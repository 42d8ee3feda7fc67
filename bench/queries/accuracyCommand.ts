import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { StoreFixture } from '../../test/support/storeFixture.js';
import { wear } from '../../test/support/wear.js';
import type { Trial, TrialResult } from '../support/bench.js';
import { clockMs, significant } from '../support/measurement.js';

const reported = /(\d+) (\d+)$/;

/** Processor time and peak memory of the command, told by itself as it ends. */
const meter = `data:text/javascript,process.on('exit',()=>{const u=process.resourceUsage();process.stderr.write(u.userCPUTime+u.systemCPUTime+' '+u.maxRSS)})`;

/** What `stepcast accuracy` takes over random walks that were stored as the daemon stores them. */
export async function accuracyCommand({ series, forecasts }: Trial): Promise<TrialResult> {
  const fixture = new StoreFixture();
  try {
    const store = await fixture.open();
    const work = { series: Number(series), group: 4000, readings: Number(forecasts), snapshotBytes: 0 };
    for await (const _ of wear(store, work));
    await store.close();
    const began = clockMs();
    const executable = process.env.STEPCAST_BIN ?? resolve('dist/stepcast.js');
    const child = spawn(process.execPath, ['--import', meter, executable, 'accuracy', '--json', '--db', fixture.path]);
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => void (output.stdout += chunk));
    child.stderr.on('data', (chunk) => void (output.stderr += chunk));
    const [code] = await once(child, 'close');
    const wallMs = clockMs() - began;
    const match = reported.exec(output.stderr);
    if (code !== 0 || !match) throw new Error(`accuracy ended with code ${code}: ${output.stderr}`);
    const rows: { n: number }[] = JSON.parse(output.stdout);
    return {
      scored: rows[rows.length - 1].n,
      fileMB: Math.round(statSync(fixture.path).size / 1e6),
      wallSeconds: significant(wallMs / 1000),
      cpuSeconds: significant(Number(match[1]) / 1e6),
      peakMB: Math.round(Number(match[2]) / 1024),
    };
  } finally {
    await fixture.clean();
  }
}
