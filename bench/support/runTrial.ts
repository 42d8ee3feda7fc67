import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Trial, TrialResult } from './bench.js';

export interface TrialRun {
  readonly bundles: string;
  readonly name: string; // of the bench
  readonly trial: Trial;
}

/** Runs one trial in a process of its own. @throws {Error} when it fails; its output stands on stderr. */
export const runTrial = ({ bundles, name, trial }: TrialRun): Promise<TrialResult> =>
  new Promise((resolve, reject) => {
    const child = fork(join(bundles, 'trialProcess.js'), [join(bundles, `${name}.bench.js`), JSON.stringify(trial)], {
      execArgv: ['--enable-source-maps', '--expose-gc'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let result: TrialResult | undefined;
    child.once('message', (message) => {
      result = message as TrialResult;
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0 && result) resolve(result);
      else reject(new Error(`trial ${JSON.stringify(trial)} ended with code ${code}`));
    });
  });
