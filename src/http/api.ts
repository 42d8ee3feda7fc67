/*
 * The JSON documents of the interface, as types: the server makes them, the dashboard reads them, openapi.json says the same. Times are
 * epoch milliseconds, names those of the database's views. A list is an array; when there is more of it, the answer has a header
 * `Link: <…>; rel="next"` with the address of the next page. Errors are `Problem`.
 */

/** A row of `GET /api/series`: one of `stepcast series --json`, with what a list shows beside it. */
export interface ApiSeries extends Partial<ApiLiveAccuracy> {
  readonly series: string;
  readonly cadence: number; // milliseconds, 0: every reading is one step
  readonly season: number | null; // steps
  readonly model: string | null; // NAME@VERSION
  readonly readings: number;
  readonly first_time: number | null;
  readonly last_time: number | null;
  readonly last_value: number | null;
  readonly next: ApiForecast | null; // one step ahead, as last forecast
  readonly spark: readonly ApiReading[]; // the last readings, oldest first
}

/** How the newest 500 forecasts of a series turned out; null where nothing has come true yet. */
export interface ApiLiveAccuracy {
  readonly forecasts: number;
  readonly mae1: number | null; // of the median one step ahead
  readonly persistence1: number | null; // the same for the last value
  readonly mae: number | null; // of the median, all steps
  readonly persistence: number | null;
  readonly coverage: number | null; // share of values within q10 and q90, nominally 0.8
  readonly skill1: number | null; // 1 − mae1 / persistence1
  readonly skill: number | null; // 1 − mae / persistence
}

/** A row of `GET /api/readings?series=&from=&to=`, in the order of their times. */
export interface ApiReading {
  readonly time: number;
  readonly value: number;
}

/** A row of `GET /api/forecasts?series=&from=&to=&issued=&horizon=`: one of `stepcast query --json`, in the order of target_time. */
export interface ApiForecast {
  readonly series: string;
  readonly time: number; // of the reading it was made after
  readonly issued: number;
  readonly model: string;
  readonly horizon: number; // steps ahead
  readonly target_time: number;
  readonly q10: number | null;
  readonly q50: number | null;
  readonly q90: number | null;
  readonly actual: number | null; // what came
}

/** A row of `GET /api/accuracy?series=&since=&horizon=`: one of `stepcast accuracy SERIES --json`, by model version and horizon. */
export interface ApiAccuracy {
  readonly series: string | null;
  readonly model: string | null;
  readonly horizon: number | null; // null: all steps
  readonly n: number;
  readonly mae: number | null;
  readonly mase: number | null;
  readonly pinball: number | null;
  readonly crps: number | null;
  readonly coverage: number | null;
  readonly nominal: number | null;
  readonly width: number | null;
  readonly skill_persistence: number | null;
  readonly skill_seasonal: number | null;
  readonly weights: Readonly<Record<string, number>> | null; // by expert, mean over the forecasts, 0…1
}

/** A row of `GET /api/weights?series=&issued=`: what one expert had in the forecast in force at that moment (default: now). */
export interface ApiWeight {
  readonly series: string;
  readonly time: number;
  readonly issued: number;
  readonly model: string;
  readonly horizon: number;
  readonly expert: string;
  readonly weight: number; // 0…1
}

/** A row of `GET /api/models?name=`: one of `stepcast models --json`. */
export interface ApiModel {
  readonly name: string; // NAME, or NAME:SERIES of a series' own
  readonly version: number;
  readonly sha256: string;
  readonly state: string; // candidate, refused, shadow, active, rolled-back, retired
  readonly origin: string; // shipped, file, tuned, pushed
  readonly created: number;
  readonly parent: string | null; // NAME@VERSION
  readonly series: number; // stepped through it
  readonly forecasts: number; // of its own that were scored one step ahead
  readonly skill1: number | null;
  readonly skill: number | null;
}

/** A row of `GET /api/decisions?series=&model=&from=&to=`: what was decided about a version, oldest first. */
export interface ApiDecision {
  readonly time: number;
  readonly kind: string; // gate, shadow, probation, auto, rollback
  readonly model: string; // NAME@VERSION
  readonly series: string | null; // null: all that share it
  readonly verdict: string; // promoted, refused, rolled-back, kept, failed
  readonly reason: string;
  readonly figures: Readonly<Record<string, unknown>>;
  readonly duration: number; // milliseconds
}

/** `GET /api/node`. */
export interface ApiNode {
  readonly node: string;
  readonly version: string;
  readonly started: number;
  readonly time: number; // of its clock
  readonly series: number;
}

/**
 * Events of `GET /api/live`, by name; data is one JSON document. With `?series=NAME` the full forecasts of that series come too. The event
 * `latest` comes at most twice a second, with each series that moved since the last one.
 */
export interface ApiLiveEvents {
  readonly hello: ApiNode; // first on every connection; another `started` than before: the daemon began anew
  readonly latest: readonly ApiLatest[];
  readonly forecast: ApiForecastDocument; // of ?series=NAME
  readonly decision: ApiDecision;
  readonly gap: ApiGap;
  readonly health: ApiHealth; // when it changes
  readonly goodbye: Readonly<Record<string, never>>; // the daemon ends
}

/** The last forecast of a series in short: `next` of step one, `low` and `high` its outermost quantiles. */
export interface ApiLatest {
  readonly series: string;
  readonly time: number;
  readonly last: number;
  readonly target_time: number;
  readonly next: number;
  readonly low: number;
  readonly high: number;
}

/** What is published on stepcast/NODE/forecast/SERIES. */
export interface ApiForecastDocument {
  readonly series: string;
  readonly time: number;
  readonly issued: number;
  readonly model: string;
  readonly step: number;
  readonly last: number;
  readonly next: number;
  readonly levels: readonly number[];
  readonly values: readonly (readonly number[])[]; // [horizon, levels]
}

export interface ApiGap {
  readonly series: string;
  readonly from: number;
  readonly to: number;
  readonly missing: number;
  readonly reason: string;
}

/** `GET /healthz`: 200 when `ok`, 503 when `degraded`. Without a token where one is asked for: the status alone. */
export interface ApiHealth {
  readonly status: 'ok' | 'degraded';
  readonly reasons?: readonly string[];
}

/** `POST /api/session`: the answer, 204, sets a cookie for this browser. `DELETE /api/session` takes it away. */
export interface ApiLogin {
  readonly token: string;
}

/** `application/problem+json`, RFC 9457. 401: a token is asked for, so log in. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string; // what is wrong, and what to do
  readonly code: string; // SERIES_UNKNOWN, UNAUTHORIZED, RATE_LIMITED …
}
