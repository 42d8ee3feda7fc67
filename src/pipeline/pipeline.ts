import { concatWith, defer, type Observable, of, pipe, type SchedulerLike, tap } from 'rxjs';
import type { Clock } from './clock.js';
import type { Counters } from './counters.js';
import { admit } from './operators/admit.js';
import { forecastTicks, type OnIssue } from './operators/forecastTicks.js';
import { type Acknowledgements, groupCommit } from './operators/groupCommit.js';
import { oneAtATime } from './operators/oneAtATime.js';
import { snapshot, snapshotAll } from './operators/snapshot.js';
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
  pulse$?: Observable<unknown>; // now and then: slots whose time is over are closed, silence is noticed
  scheduler?: SchedulerLike; // of the flush
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
  pulse$,
  scheduler,
}: PipelineParts): Observable<Acknowledgements> =>
  source.deliveries$.pipe(
    turns({ pulse$ }), //                          what came within one turn of the event loop
    oneAtATime(
      pipe(
        admit({ book, store, clock, counters }), // a time and a place in the log; readings become ticks
        forecastTicks({ clock, counters, onIssue }), // features, one micro-batch a model, h and c in and out
        tap((turn) => sink.publish(turn.published)), // at once: a forecast does not wait for the disk
        tap((turn) => sink.gaps(turn.gaps)),
        snapshot(book), //                         states, in turn
      ),
    ),
    concatWith(defer(() => of(snapshotAll(book, new Turn())))),
    groupCommit({ store, flushMs, scheduler }), // readings and forecasts in one transaction
    tap(acknowledge), //                           and only now
  );

function acknowledge(group: Acknowledgements): void {
  for (const acknowledgeOne of group) acknowledgeOne();
}
