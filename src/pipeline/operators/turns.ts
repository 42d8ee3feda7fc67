import { EMPTY, Observable, type OperatorFunction } from 'rxjs';
import type { Delivery, LostPartition } from '../ports.js';
import { Turn } from '../turn.js';

export interface TurnsOptions {
  pulse$?: Observable<unknown>; // each becomes an empty turn
  lost$?: Observable<LostPartition>; // each becomes a turn of its own, after what was delivered before it
  /** Runs `work` when the event loop comes round; returns how to take that back. */
  schedule?: (work: () => void) => () => void;
}

/**
 * Gathers what arrives within one turn of the event loop.
 *
 *     in     abc-----d-|
 *     pulse  -----p------
 *     lost   -----------x
 *     out    ---(abc)-()-(d)x|
 *
 * Nothing waits on a timer: a turn ends when the loop comes round. Completion emits what is left and ends the pulse.
 */
export function turns({
  pulse$ = EMPTY,
  lost$ = EMPTY,
  schedule = immediately,
}: TurnsOptions = {}): OperatorFunction<Delivery, Turn> {
  return (deliveries$) =>
    new Observable((subscriber) => {
      let gathered: Delivery[] = [];
      let cancel = (): void => {};
      const emit = (): void => {
        const turn = new Turn(gathered);
        gathered = [];
        subscriber.next(turn);
      };
      const pulse = pulse$.subscribe({
        next: () => subscriber.next(new Turn()),
        error: (error) => subscriber.error(error),
      });
      const losses = lost$.subscribe({
        next: (lost) => {
          cancel();
          if (gathered.length > 0) emit();
          subscriber.next(new Turn([], [lost]));
        },
        error: (error) => subscriber.error(error),
      });
      const subscription = deliveries$.subscribe({
        next: (delivery) => {
          if (gathered.push(delivery) === 1) cancel = schedule(emit);
        },
        error: (error) => subscriber.error(error),
        complete: () => {
          pulse.unsubscribe();
          losses.unsubscribe();
          cancel();
          if (gathered.length > 0) emit();
          subscriber.complete();
        },
      });
      subscription.add(pulse);
      subscription.add(losses);
      subscription.add(() => cancel());
      return subscription;
    });
}

function immediately(work: () => void): () => void {
  const handle = setImmediate(work);
  return () => clearImmediate(handle);
}
