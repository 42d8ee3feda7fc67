import { expect } from 'vitest';

/** An expectation that the page meets in a moment; on a busy machine that may be a while. */
export const soon = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 60_000, interval: 50 });
