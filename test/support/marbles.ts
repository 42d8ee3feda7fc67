import type { SchedulerLike } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect } from 'vitest';

export const marbles = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

/** A promise of virtual time: it resolves, or rejects with `error`, after `frames`. */
export function after(scheduler: SchedulerLike, frames: number, error?: unknown): Promise<void> {
  const promise = {
    // biome-ignore lint/suspicious/noThenProperty: it stands for a promise, whose time would be the real one
    then(resolve: () => void, reject: (error: unknown) => void) {
      scheduler.schedule(() => (error === undefined ? resolve() : reject(error)), frames);
    },
  };
  return promise as unknown as Promise<void>;
}
