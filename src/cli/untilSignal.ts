const signals = ['SIGINT', 'SIGTERM'] as const;
const repeatMs = 500;

/** The part of `process` that signals need. */
export interface SignalProcess {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
  exit(code: number): void;
}

/**
 * Runs until `run` is done. The first SIGINT or SIGTERM aborts its signal, and it ends cleanly; the second exits at once. One that
 * comes within half a second of the first is the same one: npm passes on what the terminal has already sent to the whole group.
 */
export async function untilSignal<T>(
  run: (signal: AbortSignal) => Promise<T>,
  on: SignalProcess = process,
  elapsedMs: () => number = () => performance.now(),
): Promise<T> {
  const controller = new AbortController();
  let firstMs = 0;
  const listener = (): void => {
    if (!controller.signal.aborted) {
      firstMs = elapsedMs();
      controller.abort();
    } else if (elapsedMs() - firstMs >= repeatMs) on.exit(1);
  };
  for (const signal of signals) on.on(signal, listener);
  try {
    return await run(controller.signal);
  } finally {
    for (const signal of signals) on.off(signal, listener);
  }
}
