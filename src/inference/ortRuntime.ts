import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-web/wasm';

const wasmName = 'ort-wasm-simd-threaded.wasm';

/** Beside the bundle when bundled, else in the package. */
function wasmPath(): string {
  const beside = fileURLToPath(new URL(wasmName, import.meta.url));
  return existsSync(beside) ? beside : createRequire(import.meta.url).resolve(`onnxruntime-web/${wasmName}`);
}

let configured = false;

/** The one ONNX Runtime of this process: WASM SIMD, one thread, so that results are the same on every processor. */
export function ortRuntime(): typeof ort {
  if (!configured) {
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmBinary = readFileSync(wasmPath());
    ort.env.logLevel = 'error';
    configured = true;
  }
  return ort;
}

/** A session on that runtime. Severity 3 keeps warnings about foreign exporters' graphs off stderr. */
export function createSession(bytes: Uint8Array): Promise<ort.InferenceSession> {
  return ortRuntime().InferenceSession.create(bytes, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
}
