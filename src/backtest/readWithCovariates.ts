import { StepcastError } from '../errors.js';
import type { CovariateCells } from '../training/seriesTicks.js';
import type { TableCovariate } from '../training/tableCovariates.js';
import { readTable, type Table, type TableOptions } from './readTable.js';

/** A column that others look at, with its cells. */
export type CovariateColumn = TableCovariate & CovariateCells;

/**
 * A CSV file as the columns that are forecast, and those that they look at: these are forecast only where they are named.
 *
 * @throws {StepcastError} DATA_INVALID, naming file, line and column.
 */
export function readWithCovariates(
  file: string,
  options: TableOptions,
  covariates: readonly TableCovariate[] = [],
): { table: Table; covariates: CovariateColumn[] } {
  const { values } = options;
  const others = covariates.map(({ column }) => column);
  const table = readTable(file, { ...options, values: values.length > 0 ? [...new Set([...values, ...others])] : [] });
  const fail = (message: string, hint: string): StepcastError =>
    new StepcastError({ code: 'DATA_INVALID', op: 'read', subject: file, message, hint });
  const own = values.length > 0 ? values : [...table.columns.keys()].filter((name) => !others.includes(name));
  if (own.length === 0) throw fail('has no column but the covariates', 'name the one to forecast with --value');
  const foretold = covariates.find(({ column, known }) => known === 'future' && own.includes(column));
  if (foretold) throw fail(`column ${foretold.column} is known ahead`, 'forecast another, or name it with --covariate');
  return {
    table: { ...table, columns: new Map(own.map((name) => [name, table.columns.get(name)!])) },
    covariates: covariates.map((covariate) => {
      const cells = table.columns.get(covariate.column);
      if (cells) return { ...covariate, cells };
      const hint = `columns: ${[...table.columns.keys()].join(', ')}`;
      throw fail(`has no column of numbers ${JSON.stringify(covariate.column)}`, hint);
    }),
  };
}

/** What a column looks at: nothing is known of itself. */
export const othersThan = (column: string, covariates: readonly CovariateColumn[]): CovariateColumn[] =>
  covariates.map((other) =>
    other.column === column ? { ...other, cells: new Float64Array(other.cells.length).fill(Number.NaN) } : other,
  );
