import { Observable } from 'rxjs';
import type { Delivery, ReadingSource } from '../pipeline/ports.js';
import type { SeriesSettings } from '../series/types.js';
import type { Table } from './readTable.js';

const chunk = 250; // rows under way at once

/** The rows of a table as deliveries, one a row, the next ones when the last have been acknowledged and `arrived` has been told of them. */
export function tableSource(
  { timesMs, columns }: Table,
  settings: SeriesSettings,
  onProgress: (rows: number) => void,
  arrived: (rows: number) => Promise<void> = async () => {},
): ReadingSource {
  const deliveries$ = new Observable<Delivery>((subscriber) => {
    const send = (from: number): void => {
      const to = Math.min(from + chunk, timesMs.length);
      onProgress(from);
      if (from === to) subscriber.complete();
      if (subscriber.closed) return;
      for (let row = from; row < to; row++) {
        const acknowledge = row === to - 1 ? () => setImmediate(goOn, to) : () => {};
        subscriber.next(delivery(row, acknowledge));
      }
    };
    const goOn = (rows: number): void =>
      void arrived(rows).then(
        () => send(rows),
        (error) => subscriber.error(error),
      );
    const delivery = (row: number, acknowledge: () => void): Delivery => ({
      topic: '',
      observations: [...columns]
        .filter(([, cells]) => !Number.isNaN(cells[row]))
        .map(([seriesId, cells]) => ({ seriesId, tMs: timesMs[row], y: cells[row], settings })),
      rejects: [],
      arrivedMs: timesMs[row],
      packetId: undefined,
      redelivered: false,
      session: 0,
      acknowledge,
    });
    send(0);
  });
  return { deliveries$ };
}
