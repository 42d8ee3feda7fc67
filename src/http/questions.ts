/* What the interface asks of the database. Whoever answers does so beside the flow of readings. Times in epoch milliseconds. */

/** Where a page of rows in time begins. */
export interface Place {
  readonly fromMs: number;
  readonly skip: number;
}

interface Window {
  readonly series: string;
  readonly fromMs?: number; // inclusive, both
  readonly toMs?: number;
  readonly most: number; // rows
  readonly after?: Place;
}

export type Question =
  | {
      readonly kind: 'series';
      readonly series?: string;
      readonly search?: string;
      readonly after?: string; // name
      readonly most: number;
      readonly spark: number; // readings
      readonly accuracy: boolean;
    }
  | ({ readonly kind: 'readings' } & Window)
  | ({ readonly kind: 'forecasts'; readonly issued: 'latest' | 'all' | number; readonly horizon?: number } & Window)
  | {
      readonly kind: 'accuracy';
      readonly series: string;
      readonly sinceMs?: number;
      readonly horizons?: readonly (number | null)[];
    }
  | { readonly kind: 'weights'; readonly series: string; readonly atMs: number }
  | { readonly kind: 'models'; readonly name?: string }
  | {
      readonly kind: 'decisions';
      readonly series?: string; // and those about all that share its model
      readonly model?: string; // NAME@VERSION
      readonly fromMs?: number;
      readonly toMs?: number;
    };

export interface Answer {
  readonly json: Uint8Array; // UTF-8, an array
  readonly rows: number;
  readonly etag: string; // of `json`, quoted
  readonly next?: Place | string; // there is more: `after` of the next page
}

export interface Questions {
  /** @throws {StepcastError} SERIES_UNKNOWN, QUERY_TOO_COSTLY, QUERY_BUSY or STORE_*. */
  ask(question: Question, signal?: AbortSignal): Promise<Answer>;
}
