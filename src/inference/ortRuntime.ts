import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import * as ort from 'onnxruntime-web/wasm';

const wasmName = 'ort-wasm-simd-threaded.wasm';

/** Beside the bundle when bundled, else in the package. */
function wasmPath(): string {
  const beside = fileURLToPath(new URL(wasmName, import.meta.url));
  return existsSync(beside) ? beside : createRequire(import.meta.url).resolve(`onnxruntime-web/${wasmName}`);
}

/**
 * V8 compiles a function of the module a second time, with its optimiser, once it has used up a budget. Ten times the usual one
 * leaves that to what is stepped again and again, and not to what is run once to make a session: 0.2 s and 40 MB less at the
 * start, the same speed after a few hundred steps.
 */
const tieringBudget = '--wasm-tiering-budget=20000000';

let configured = false;

/** The one ONNX Runtime of this process: WASM SIMD, one thread, so that results are the same on every processor. */
export function ortRuntime(): typeof ort {
  if (!configured) {
    setFlagsFromString(tieringBudget);
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmBinary = readFileSync(wasmPath());
    ort.env.logLevel = 'error';
    configured = true;
  }
  return ort;
}

/** A session on that runtime. Severity 3 keeps warnings about foreign exporters' graphs off stderr. */
export async function createSession(bytes: Uint8Array): Promise<ort.InferenceSession> {
  const session = await ortRuntime().InferenceSession.create(bytes, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
  ort.env.wasm.wasmBinary = undefined; // 14 MB, compiled by now
  return session;
}
