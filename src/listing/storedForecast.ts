import { unpackDistances } from '../forecast/packForecast.js';

/** A forecast as a store keeps it: value = (base + k) / scale, exactly. */
export interface StoredForecast {
  readonly id: number;
  readonly tick: number;
  readonly time: number;
  readonly issued: number;
  readonly step: number;
  readonly value: number; // of its own tick
  readonly model: string;
  readonly horizon: number;
  readonly width: number; // quantile levels
  readonly i10: number | null;
  readonly i50: number | null;
  readonly i90: number | null;
  readonly base: number;
  readonly scale: number;
  readonly k: readonly number[];
}

export type PackedForecast = Omit<StoredForecast, 'k'> & { readonly k: string };

export const unpackedForecast = (row: PackedForecast): StoredForecast => ({ ...row, k: unpackDistances(row.k) });

export const lastTargetOf = ({ time, horizon, step }: PackedForecast): number => time + horizon * step;
