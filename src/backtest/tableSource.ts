import { Observable } from 'rxjs';
import type { DecodedObservation, Delivery, ReadingSource } from '../pipeline/ports.js';
import type { SeriesSettings } from '../series/types.js';
import { heardAhead } from '../training/tableCovariates.js';
import type { Table } from './readTable.js';
import type { CovariateColumn } from './readWithCovariates.js';

const chunk = 250; // rows under way at once

type Cell = readonly [column: string, y: number, settings: SeriesSettings];

/**
 * The rows of a table as deliveries, one a row, the next ones when the last have been acknowledged and `arrived` has been told of them.
 * Covariates are heard before what looks at them; those known ahead as far ahead as `lookahead` steps from a row reach.
 */
export function tableSource(
  table: Table,
  settings: SeriesSettings,
  onProgress: (rows: number) => void,
  arrived: (rows: number) => Promise<void> = async () => {},
  {
    covariates = [],
    lookahead = settings.horizon,
  }: { covariates?: readonly CovariateColumn[]; lookahead?: number } = {},
): ReadingSource {
  const { timesMs } = table;
  const { covariates: _, ...bare } = settings;
  const passing = { ...bare, horizon: 1 }; // of a column that is looked at and not forecast
  const columns = new Map<string, readonly [Float64Array, SeriesSettings]>();
  for (const { column, cells, known } of covariates) if (known === 'past') columns.set(column, [cells, passing]);
  for (const [column, cells] of table.columns) columns.set(column, [cells, settings]);
  const ahead = covariates.filter(({ known }) => known === 'future');
  const deliveries$ = new Observable<Delivery>((subscriber) => {
    const send = (from: number): void => {
      const to = Math.min(from + chunk, timesMs.length);
      onProgress(from);
      if (from === to) subscriber.complete();
      if (subscriber.closed) return;
      for (let row = from; row < to; row++) {
        foretell(row);
        const acknowledge = row === to - 1 ? () => setImmediate(goOn, to) : () => {};
        const said = [...columns].map(([column, [cells, settings]]): Cell => [column, cells[row], settings]);
        subscriber.next(delivery(row, said, acknowledge));
      }
    };
    const goOn = (rows: number): void =>
      void arrived(rows).then(
        () => send(rows),
        (error) => subscriber.error(error),
      );
    const reach = ahead.length > 0 ? heardAhead(timesMs, settings.cadenceMs, lookahead) : () => 0;
    let foretold = 0;
    const foretell = (row: number): void => {
      for (const end = reach(row); foretold < end; foretold++) {
        const said = ahead.map(({ column, cells }): Cell => [column, cells[foretold], passing]);
        subscriber.next(delivery(foretold, said, () => {}));
      }
    };
    const delivery = (row: number, cells: readonly Cell[], acknowledge: () => void): Delivery => ({
      topic: '',
      observations: cells
        .filter(([, y]) => !Number.isNaN(y))
        .map(([seriesId, y, settings]): DecodedObservation => ({ seriesId, tMs: timesMs[row], y, settings })),
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
