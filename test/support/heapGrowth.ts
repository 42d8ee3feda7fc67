/** Prints the most bytes of the young generation while more is kept than it holds: with or without `keepHeapFrugal`. */
import { setTimeout as delay } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import { keepHeapFrugal } from '../../src/daemon/frugalHeap.js';

const rounds = 20;
const objects = 25_000; // a round, some 2.5 MB: all of them survive

if (process.argv[2] === 'frugal') keepHeapFrugal();
const kept: object[] = [];
let most = 0;
for (let round = 0; round < rounds; round++) {
  for (let i = 0; i < objects; i++) kept.push({ i, more: [i] });
  await delay(100);
  most = Math.max(most, getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')!.space_size);
}
process.stdout.write(`${most}\n`);
