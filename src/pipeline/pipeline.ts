import { concatWith, defer, type Observable, of, pipe, type SchedulerLike, tap } from 'rxjs';
import type { Clock } from './clock.js';
import type { Counters } from './counters.js';
import type { ModelSwaps } from './modelSwaps.js';
import { admit } from './operators/admit.js';
import { forecastTicks, type OnIssue } from './operators/forecastTicks.js';
import { type Acknowledgements, groupCommit } from './operators/groupCommit.js';
import { introduce } from './operators/introduce.js';
import { heed, letGo } from './operators/letGo.js';
import { oneAtATime } from './operators/oneAtATime.js';
import { snapshot, snapshotAll } from './operators/snapshot.js';
import { collectDecisions, takeOver } from './operators/swapModels.js';
import { turns } from './operators/turns.js';
import type { ForecastSink, ReadingSource, Store } from './ports.js';
import type { SeriesBook } from './seriesBook.js';
import { Turn } from './turn.js';

export interface PipelineParts {
  source: ReadingSource;
  book: SeriesBook; // restored
  store: Store;
  sink: ForecastSink;
  clock: Clock;
  counters: Counters;
  flushMs: number;
  onIssue?: OnIssue;
  swaps?: ModelSwaps; // versions of models that take over while it runs
  pulse$?: Observable<unknown>; // now and then: slots whose time is over are closed, silence is noticed
  scheduler?: SchedulerLike; // of the flush
  observer?: PipelineObserver;
}

/** Looks on: at the pace of turns and commits, and whether there is any. */
export interface PipelineObserver {
  /** A turn has been forecast and handed to the sink; a pulse is one too. */
  turn(turn: Turn): void;
  committing(): void;
  committed(durationMs: number): void;
}

/**
 * One reading's way, from delivery to acknowledgement. Emits a group of deliveries when it is committed and acknowledged;
 * completes when the source has, with everything committed and every series' state saved.
 */
export const pipeline = ({
  source,
  book,
  store,
  sink,
  clock,
  counters,
  flushMs,
  onIssue,
  swaps,
  pulse$,
  scheduler,
  observer,
}: PipelineParts): Observable<Acknowledgements> =>
  source.deliveries$.pipe(
    turns({ pulse$, lost$: source.lost$?.pipe(heed({ book, store })) }), // what came within one turn of the event loop
    oneAtATime(
      pipe(
        takeOver(swaps), //                        a model whose state is ready, before anything is stepped
        introduce({ book, store }), //             the series it speaks of are known as the log has them
        admit({ book, store, clock, counters }), // a time and a place in the log; readings become ticks
        forecastTicks({ clock, counters, onIssue }), // features, one micro-batch a model, h and c in and out
        tap((turn) => sink.publish(turn.published)), // at once: a forecast does not wait for the disk
        tap((turn) => observer?.turn(turn)),
        collectDecisions(swaps, clock), //         what trials of models came to
        tap(({ gaps, decisions }) => {
          sink.gaps(gaps);
          sink.decisions?.(decisions);
        }),
        snapshot(book), //                         states, in turn
      ),
    ),
    letGo({ book, store }), //                     series that go to another process
    concatWith(defer(() => of(snapshotAll(book, new Turn())))),
    groupCommit({ store: observer ? watched(store, clock, observer) : store, flushMs, scheduler }), // readings and forecasts in one transaction
    tap(acknowledge), //                           and only now
  );

function watched(store: Store, clock: Clock, observer: PipelineObserver): Pick<Store, 'stage' | 'commit'> {
  return {
    stage: (batch) => store.stage(batch),
    commit: async () => {
      const beganMs = clock.elapsedMs();
      observer.committing();
      await store.commit();
      observer.committed(clock.elapsedMs() - beganMs);
    },
  };
}

function acknowledge(group: Acknowledgements): void {
  for (const acknowledgeOne of group) acknowledgeOne();
}
