import { setTimeout as delay } from 'node:timers/promises';

/** Resolves once `done` is true; asked every 20 ms. @throws with `what` after `withinMs`. */
export const eventually = async (
  what: string,
  done: () => boolean | Promise<boolean>,
  withinMs = 30_000,
): Promise<void> => {
  const until = performance.now() + withinMs;
  while (!(await done())) {
    if (performance.now() > until) throw new Error(`waited ${withinMs} ms in vain: ${what}`);
    await delay(20);
  }
};
