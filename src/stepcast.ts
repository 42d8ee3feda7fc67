#!/usr/bin/env node
import { hostname } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { oneLine } from './cli/oneLine.js';
import { runCli } from './cli/runCli.js';
import { version } from './version.js';

// A reader that has seen enough (`stepcast query … | head`) is no failure; a log that nobody takes stops no daemon.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.stderr.on('error', () => {});
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    process.stderr.write(`stepcast: internal failure: ${oneLine(error)}\n`);
    process.exit(1);
  });
}
if (process.argv[2] === 'run') setFlagsFromString('--semi-space-growth-factor=1'); // until keepHeapFrugal has an eye on it
const { stdout, stderr, env } = process;
process.exitCode = await runCli(
  process.argv.slice(2),
  { stdout, stderr, env, hostName: hostname(), nowMs: Date.now },
  version,
);
