import { afterEach } from 'vitest';

/** Undoes after each test what it set going, last first. */
export const cleanup = (): ((undo: () => unknown) => void) => {
  const undone: (() => unknown)[] = [];
  afterEach(async () => {
    while (undone.length > 0) await undone.pop()!();
  });
  return (undo) => void undone.push(undo);
};
