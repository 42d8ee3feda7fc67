/**
 * What a reading and its forecast cost: bytes written to the disk, commits and readings a second, time a commit waits.
 *
 *     npx esbuild bench/storage.bench.ts --bundle --platform=node --format=esm --packages=external --outfile=.cache/storage.bench.js
 *     node .cache/storage.bench.js SERIES GROUP READINGS SNAPSHOT_BYTES
 */
import { statSync } from 'node:fs';
import { cpus } from 'node:os';
import { StoreFixture } from '../test/support/storeFixture.js';
import { wear, writtenBytes } from '../test/support/wear.js';

const [series = 200, group = 100, readings = 40_000, snapshotBytes = 4096] = process.argv.slice(2).map(Number);
const fixture = new StoreFixture();
const store = await fixture.open();
const waits: number[] = [];
let jsonBytes = 0;
const before = writtenBytes();
const began = performance.now();
let last = began;
for await (const step of wear(store, { series, group, readings, snapshotBytes })) {
  jsonBytes += step.jsonBytes;
  waits.push(performance.now() - last);
  last = performance.now();
}
const seconds = (performance.now() - began) / 1000;
const { longestStepMs } = store.stats();
const reopened = performance.now();
await store.close();
const written = writtenBytes() - before;
const closeMs = performance.now() - reopened;
waits.sort((a, b) => a - b);
const at = (share: number): number => Number(waits[Math.floor(share * (waits.length - 1))].toFixed(2));
const report = {
  ...{ series, group, readings, snapshotBytes },
  bytesPerReading: Math.round(written / readings),
  fileBytesPerReading: Math.round(statSync(fixture.path).size / readings),
  jsonBytesPerForecast: Math.round(jsonBytes / readings),
  commitsPerSecond: Math.round(waits.length / seconds),
  readingsPerSecond: Math.round(readings / seconds),
  commitMs: { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) },
  longestStepMs: Number(longestStepMs.toFixed(1)),
  closeMs: Math.round(closeMs),
  cpu: cpus()[0].model,
  node: process.version,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
await fixture.clean();
