/** Trains again and again in this one process, each time in a worker of its own, and prints its resident bytes after each run. */
import { pathToFileURL } from 'node:url';
import { jobOf, type TrainFlags } from '../../src/cli/trainFlags.js';
import { startTraining } from '../../src/lab/startTraining.js';

const [worker, file, runs] = process.argv.slice(2);
const flags: TrainFlags = {
  ...{ cadence: 0, season: 0, holdOut: 0.2, task: 'many-to-many', target: 'change' },
  ...{ hidden: 32, layers: 1, activation: 'tanh', headActivation: 'none', norm: 'none', attention: 'none', dropout: 0 },
  ...{ optimizer: 'adam', lr: 0.01, schedule: 'cosine', batch: 16, evaluateEvery: 10, seed: 1, bptt: 48, steps: 10 },
};
const job = jobOf('train', [file], 'lstm', 'memory.onnx', flags);
const resident: number[] = [];
for (let run = 0; run < Number(runs); run++) {
  await startTraining({ job, workerUrl: pathToFileURL(worker) });
  globalThis.gc?.();
  resident.push(process.memoryUsage.rss());
}
process.stdout.write(JSON.stringify(resident));
