import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TrialResult } from '../support/bench.js';
import { clipNorm, features, measuredSteps, outputs, type Problem, rate, warmUpSteps } from './problem.js';

const script = join(dirname(fileURLToPath(import.meta.url)), '../../bench/train/pytorch.py'); // seen from the bundle
const python = '/usr/bin/python3'; // Debian's, which python3-torch is for

/** Where Debian puts OpenBLAS; STEPCAST_OPENBLAS names another folder. Without it PyTorch takes the reference BLAS, five times slower. */
const openBlas =
  process.env.STEPCAST_OPENBLAS ??
  `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/openblas-pthread`;

/** PyTorch on the same problem, native, one thread. */
export async function pytorch(problem: Problem): Promise<TrialResult> {
  if (!existsSync(python)) return { skipped: `no ${python}` };
  const settings = { ...problem, features, outputs, rate, clipNorm, warmUpSteps, measuredSteps };
  const { stdout } = await promisify(execFile)(python, [script, JSON.stringify(settings)], {
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', LD_LIBRARY_PATH: openBlas },
  });
  return JSON.parse(stdout) as TrialResult;
}
