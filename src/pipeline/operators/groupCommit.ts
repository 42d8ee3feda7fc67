import { asyncScheduler, Observable, type OperatorFunction, type SchedulerLike, type Subscription } from 'rxjs';
import type { CommitBatch, Store } from '../ports.js';
import type { Turn } from '../turn.js';

export interface GroupCommitOptions {
  store: Pick<Store, 'commit'>;
  flushMs: number; // a turn waits at most so long for others to share its commit
  scheduler?: SchedulerLike;
}

const largest = 1000; // deliveries: a group this large does not wait for others. A tenth of what may be unacknowledged, so that disk and network both keep busy

/**
 * Commits turns in groups, one group at a time, and emits a group when it is safe on disk.
 *
 *     in   a-b-----c-----|      flush = 3 frames
 *     out  ---(ab)----c--|      each when its commit has ended
 *
 * What comes during a commit makes the next group. A broker that lets only W messages be unacknowledged falls silent at W:
 * when two groups in a row stop at the same number, that number is taken for W, and a group commits as soon as it is reached.
 */
export function groupCommit({
  store,
  flushMs,
  scheduler = asyncScheduler,
}: GroupCommitOptions): OperatorFunction<Turn, readonly Turn[]> {
  return (turns$) =>
    new Observable((subscriber) => {
      const window = new InFlightWindow(flushMs);
      let group: Turn[] = [];
      let deliveries = 0;
      let timer: Subscription | undefined;
      let committing = false;
      let completed = false;

      const flush = (): void => {
        timer?.unsubscribe();
        timer = undefined;
        if (committing) return;
        if (group.length === 0) {
          if (completed) subscriber.complete();
          return;
        }
        const taken = group;
        window.flushed(deliveries, scheduler.now());
        group = [];
        deliveries = 0;
        committing = true;
        store.commit(merged(taken)).then(
          () => {
            if (subscriber.closed) return;
            committing = false;
            subscriber.next(taken);
            if (completed || deliveries >= largest || deliveries === window.size) flush();
            else if (group.length > 0) arm();
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
          group.push(turn);
          deliveries += turn.deliveries.length;
          window.heard(deliveries, scheduler.now());
          if (deliveries >= largest || deliveries === window.size) flush();
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
  turn.snapshots.length + turn.summaries.length + turn.gaps.length === 0;

const merged = (turns: readonly Turn[]): CommitBatch =>
  turns.length === 1
    ? turns[0]
    : {
        series: turns.flatMap((turn) => turn.series),
        readings: turns.flatMap((turn) => turn.readings),
        forecasts: turns.flatMap((turn) => turn.forecasts),
        snapshots: turns.flatMap((turn) => turn.snapshots),
        summaries: turns.flatMap((turn) => turn.summaries),
        rejects: turns.flatMap((turn) => turn.rejects),
        gaps: turns.flatMap((turn) => turn.gaps),
      };
