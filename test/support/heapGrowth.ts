/** Prints the most bytes of the young generation while more is kept than it holds: as V8 has it, `frugal`, `held` by the entry point, and `let` go after that. */
import { setTimeout as delay } from 'node:timers/promises';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { keepHeapFrugal, letHeapGrow } from '../../src/daemon/frugalHeap.js';

const rounds = 20;
const objects = 25_000; // a round, some 2.5 MB: all of them survive

const how = process.argv[2];
if (how === 'frugal') keepHeapFrugal();
if (how === 'held' || how === 'let') setFlagsFromString('--semi-space-growth-factor=1');
if (how === 'let') letHeapGrow();
const kept: object[] = [];
let most = 0;
for (let round = 0; round < rounds; round++) {
  for (let i = 0; i < objects; i++) kept.push({ i, more: [i] });
  await delay(100);
  most = Math.max(most, getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')!.space_size);
}
process.stdout.write(`${most}\n`);
