import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where the real series lie: `--data DIR`, else STEPCAST_DATA, else beside the project. docs/forecasting.md says where to fetch them. */
export const dataFolder = (): string => process.env.STEPCAST_DATA ?? join(process.cwd(), '../shared/data');

const hourMs = 3_600_000;

export interface SingleSeries {
  readonly name: string;
  readonly file: string;
  readonly column: string;
  readonly stepMs: number;
}

const single = (name: string, file: string, column: string, stepMs = hourMs): SingleSeries => ({
  ...{ name, file, column, stepMs },
});

/** Protocol C. */
export const singleSeries: readonly SingleSeries[] = [
  single('ett_h2_OT', 'ETTh2.csv', 'OT'),
  single('ett_h1_OT', 'ETTh1.csv', 'OT'),
  single('nab_ambient_temp', 'nab_ambient_temperature.csv', 'value'),
  single('office_CO2', 'uci_occupancy_office.csv', 'CO2', 60_000),
  single('office_temp', 'uci_occupancy_office.csv', 'Temperature', 60_000),
  single('household_power', 'uci_household_power_hourly.csv', 'Global_active_power'),
  single('metro_traffic', 'uci_metro_traffic.csv', 'traffic_volume'),
  single('bike_users', 'uci_bike_sharing_hourly.csv', 'users'),
];

/** Targets of docs/forecasting.md by protocol, file and horizon, and what the best published figure is. */
export const tableTargets = [
  { protocol: 'fsnet', file: 'ETTh2.csv', horizon: 1, target: 0.32, published: 0.362, reference: 0.333 },
  { protocol: 'leakfree', file: 'ETTh1.csv', horizon: 1, target: 0.108, published: 0.1107, reference: 0.1123 },
  { protocol: 'leakfree', file: 'ETTh1.csv', horizon: 24, target: 0.288, published: 0.2942, reference: 0.2967 },
  { protocol: 'leakfree', file: 'ETTh1.csv', horizon: 48, target: 0.335, published: 0.3431, reference: 0.3406 },
  { protocol: 'leakfree', file: 'ETTh2.csv', horizon: 1, target: 0.06, published: 0.0628, reference: 0.0607 },
  { protocol: 'leakfree', file: 'ETTh2.csv', horizon: 24, target: 0.158, published: 0.1607, reference: 0.1638 },
  { protocol: 'leakfree', file: 'ETTh2.csv', horizon: 48, target: 0.205, published: 0.2103, reference: 0.2102 },
] as const;

/** The path of a set, or undefined where it is missing. */
export function pathOf(file: string): string | undefined {
  const path = join(dataFolder(), file);
  return existsSync(path) ? path : undefined;
}
