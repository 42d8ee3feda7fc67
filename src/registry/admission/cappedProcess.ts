import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { Readable } from 'node:stream';
import { beganSign, replyDescriptor } from './trialProtocol.js';

export interface Caps {
  readonly memoryBytes: number; // of writable memory, that of WASM included
  readonly cpuSeconds: number;
  readonly timeMs: number; // of the wall clock
  readonly replyBytes: number;
}

export interface CappedProcessOptions {
  readonly entry: string; // a file that Node runs
  readonly input: string; // on its standard input
  readonly caps: Caps;
  readonly signal?: AbortSignal;
}

export type CappedEnd =
  | { readonly kind: 'replied'; readonly reply: string }
  | { readonly kind: 'memory' | 'cpu' | 'clock' | 'reply-too-long' }
  | { readonly kind: 'crashed'; readonly detail: string; readonly began: boolean };

/**
 * The shell sets the limits on itself and becomes Node. RLIMIT_DATA counts what is mapped writable: growing WASM memory counts, the gigabytes of address
 * space V8 reserves do not, which is why RLIMIT_AS is of no use here. Where it cannot be set the program starts all the same, and may look.
 */
const launcher = 'ulimit -c 0; ulimit -d "$1" 2>/dev/null; ulimit -Ht "$3"; ulimit -St "$2"; shift 3; exec "$@"';
const nodeFlags = ['--max-old-space-size=192', '--no-warnings'];
const stderrKept = 4096;
const graceSeconds = 5; // between SIGXCPU, which says why, and SIGKILL

/**
 * Runs a Node program under limits, at the lowest priority, with an empty environment, and gives what it wrote on descriptor 3. Whatever it
 * does, it is gone when the promise is settled.
 *
 * @throws what spawning throws, and the signal's reason when it is aborted.
 */
export async function runCapped({ entry, input, caps, signal }: CappedProcessOptions): Promise<CappedEnd> {
  signal?.throwIfAborted();
  const limits = [Math.ceil(caps.memoryBytes / 1024), caps.cpuSeconds, caps.cpuSeconds + graceSeconds].map(String);
  const child = spawn('/bin/sh', ['-c', launcher, 'sh', ...limits, process.execPath, ...nodeFlags, entry], {
    cwd: '/',
    env: {},
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
  });
  let ended: CappedEnd | undefined;
  const kill = (end?: CappedEnd): void => {
    ended ??= end;
    child.kill('SIGKILL');
  };
  const onAbort = (): void => kill();
  const watchdog = setTimeout(() => kill({ kind: 'clock' }), caps.timeMs);
  signal?.addEventListener('abort', onAbort);
  try {
    if (child.pid !== undefined) yieldTo(child.pid);
    const stdin = child.stdin!;
    stdin.on('error', () => {}); // it died before it was told
    stdin.end(input);
    let stderr = '';
    child.stderr!.on('data', (chunk) => void (stderr = `${stderr}${chunk}`.slice(-stderrKept)));
    const reply: Buffer[] = [];
    let size = 0;
    (child.stdio[replyDescriptor] as Readable).on('data', (chunk: Buffer) => {
      reply.push(chunk);
      size += chunk.length;
      if (size > caps.replyBytes) kill({ kind: 'reply-too-long' });
    });
    const exit = await new Promise<NodeJS.Signals | number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, by) => resolve(by ?? code));
    });
    signal?.throwIfAborted();
    if (ended) return ended;
    if (exit === 0 && size > beganSign.length) return { kind: 'replied', reply: Buffer.concat(reply).toString() };
    if (exit === 'SIGXCPU') return { kind: 'cpu' };
    const byKernel = exit === 'SIGKILL'; // which had no memory left
    if (byKernel || /out of memory|bad_alloc|allocation failed|ENOMEM|Cannot allocate/i.test(stderr))
      return { kind: 'memory' };
    return { kind: 'crashed', began: size > 0, detail: `it ended with ${exit}: ${tellingLine(stderr)}` };
  } finally {
    clearTimeout(watchdog);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Of what it said before it ended: the error, else the last. */
function tellingLine(stderr: string): string {
  const lines = stderr.trim().split('\n');
  return lines.find((line) => /^\w*Error\b|FATAL/.test(line)) ?? lines.at(-1)!;
}

function yieldTo(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // it is gone already
  }
}
