import { asyncScheduler, Observable, type OperatorFunction, type SchedulerLike, type Subscription } from 'rxjs';
import type { Delivery, Store } from '../ports.js';
import type { Turn } from '../turn.js';

export interface GroupCommitOptions {
  store: Pick<Store, 'stage' | 'commit'>;
  flushMs: number; // a turn waits at most so long for others to share its commit
  scheduler?: SchedulerLike;
}

const largest = 1000; // deliveries: a group this large does not wait for others. A tenth of what may be unacknowledged, so that disk and network both keep busy

/** How to acknowledge each delivery of a group, and who else waits for it: all that is kept of it meanwhile. */
export type Acknowledgements = readonly Delivery['acknowledge'][];

/**
 * Commits turns in groups, one group at a time, and emits the acknowledgements of a group when it is safe on disk.
 *
 *     in   a-b-----c-----|      flush = 3 frames
 *     out  ---(ab)----c--|      each when its commit has ended
 *
 * A turn is staged as it comes, so that nothing of it needs to be kept but what acknowledges it.
 * What comes during a commit makes the next group. A broker that lets only W messages be unacknowledged falls silent at W:
 * when two groups in a row stop at the same number, that number is taken for W, and a group commits as soon as it is reached.
 */
export function groupCommit({
  store,
  flushMs,
  scheduler = asyncScheduler,
}: GroupCommitOptions): OperatorFunction<Turn, Acknowledgements> {
  return (turns$) =>
    new Observable((subscriber) => {
      const window = new InFlightWindow(flushMs);
      let group: Delivery['acknowledge'][] = [];
      let isStaged = false;
      let timer: Subscription | undefined;
      let committing = false;
      let completed = false;

      const flush = (): void => {
        timer?.unsubscribe();
        timer = undefined;
        if (committing) return;
        if (!isStaged) {
          if (completed) subscriber.complete();
          return;
        }
        const taken = group;
        window.flushed(taken.length, scheduler.now());
        group = [];
        isStaged = false;
        committing = true;
        store.commit().then(
          () => {
            if (subscriber.closed) return;
            committing = false;
            subscriber.next(taken);
            if (completed || group.length >= largest || group.length === window.size) flush();
            else if (isStaged) arm();
          },
          (error) => subscriber.error(error),
        );
      };
      const arm = (): void => {
        timer ??= scheduler.schedule(flush, flushMs);
      };

      const subscription = turns$.subscribe({
        next: (turn) => {
          if (isEmpty(turn)) return;
          store.stage(turn);
          isStaged = true;
          for (const { acknowledge } of turn.deliveries) group.push(acknowledge);
          for (const call of turn.whenCommitted) group.push(call);
          window.heard(group.length, scheduler.now());
          if (group.length >= largest || group.length === window.size) flush();
          else if (!committing) arm();
        },
        error: (error) => subscriber.error(error),
        complete: () => {
          completed = true;
          flush();
        },
      });
      subscription.add(() => timer?.unsubscribe());
      return subscription;
    });
}

/** Guesses how many unacknowledged messages the broker allows, from where the stream keeps stopping. */
class InFlightWindow {
  size: number | undefined;
  readonly #flushMs: number;
  #heardAtMs = 0;
  #stoppedAt = 0;

  constructor(flushMs: number) {
    this.#flushMs = flushMs;
  }

  heard(deliveries: number, nowMs: number): void {
    this.#heardAtMs = nowMs;
    if (this.size !== undefined && deliveries > this.size) this.size = undefined;
  }

  flushed(deliveries: number, nowMs: number): void {
    if (this.size !== undefined) return;
    const fellSilent = deliveries >= 8 && nowMs - this.#heardAtMs > this.#flushMs / 2;
    if (fellSilent && deliveries === this.#stoppedAt) this.size = deliveries;
    this.#stoppedAt = fellSilent ? deliveries : 0;
  }
}

const isEmpty = (turn: Turn): boolean =>
  turn.deliveries.length + turn.readings.length + turn.forecasts.length === 0 &&
  turn.snapshots.length + turn.summaries.length + turn.gaps.length + turn.decisions.length === 0 &&
  turn.whenCommitted.length === 0;
