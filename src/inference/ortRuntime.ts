import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
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

/**
 * V8 does that in as many threads as it has. Where those take all cores, the thread that runs the module waits for one of them: 30 ms
 * of the 120 that make a session of a thousand nodes, on two cores. One core is left to it.
 */
const compilationTasks = `--wasm-num-compilation-tasks=${Math.max(1, availableParallelism() - 1)}`;

/**
 * The bytes of the module, 14 MB, in a buffer that can be emptied. The runtime keeps it for ever, and as one that can only be collected
 * it would stay in the heap of malloc, which after freeing something so large gives back nothing smaller.
 */
function readBinary(): ArrayBuffer {
  const file = openSync(wasmPath(), 'r');
  try {
    const { size } = fstatSync(file);
    const binary = new ArrayBuffer(size, { maxByteLength: size });
    const bytes = new Uint8Array(binary);
    for (let at = 0; at < size; ) at += readSync(file, bytes, at, size - at, at);
    return binary;
  } finally {
    closeSync(file);
  }
}

let configured = false;
let binary: ArrayBuffer | undefined;

/** The one ONNX Runtime of this process: WASM SIMD, one thread, so that results are the same on every processor. */
export function ortRuntime(): typeof ort {
  if (!configured) {
    for (const flag of [tieringBudget, compilationTasks]) setFlagsFromString(flag);
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmBinary = binary = readBinary();
    ort.env.logLevel = 'error';
    configured = true;
  }
  return ort;
}

export interface SessionSettings {
  readonly optimise?: boolean; // ONNX Runtime's own graph passes; true when left out
}

/** A session on that runtime. Severity 3 keeps warnings about foreign exporters' graphs off stderr. */
export async function createSession(
  bytes: Uint8Array,
  { optimise = true }: SessionSettings = {},
): Promise<ort.InferenceSession> {
  const session = await inTurn(() =>
    ortRuntime().InferenceSession.create(bytes, {
      executionProviders: ['wasm'],
      graphOptimizationLevel: optimise ? 'all' : 'disabled',
      logSeverityLevel: 3,
    }),
  );
  ort.env.wasm.wasmBinary = undefined;
  binary?.resize(0); // compiled by now
  binary = undefined;
  return session;
}

let running: Promise<unknown> | undefined;

/**
 * One call into the module at a time, of whatever session: each takes its place on the stack of the module, waits for promises, and gives it
 * back; two of them interleaved would give back each other's.
 */
export async function inTurn<T>(call: () => Promise<T>): Promise<T> {
  while (running) await running;
  const result = call();
  const settled = (): void => void (running = undefined);
  running = result.then(settled, settled);
  return result;
}
