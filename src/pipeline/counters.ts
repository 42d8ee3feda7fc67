/** What the pipeline counts; read by logs, health and metrics. */
export interface Counters {
  readings: number;
  forecasts: number;
  duplicates: number;
  late: number;
  restarts: number;
  clockUnset: number;
  clockAhead: number;
  gaps: number;
  rejects: Record<string, number>; // by reason
}

export const counters = (): Counters => ({
  readings: 0,
  forecasts: 0,
  duplicates: 0,
  late: 0,
  restarts: 0,
  clockUnset: 0,
  clockAhead: 0,
  gaps: 0,
  rejects: Object.create(null),
});
