import type { Bench, Trial } from './bench.js';

const [bundle, trial] = process.argv.slice(2);
const { bench } = (await import(bundle)) as { bench: Bench };
const result = await bench.run(JSON.parse(trial) as Trial);
await new Promise((resolve) => process.send?.(result, resolve));
process.exit(0); // whatever a library still holds open
