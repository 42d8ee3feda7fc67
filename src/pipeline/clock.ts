/** The node's clock, as the pipeline needs it. Event time drives forecasts; this one stamps arrivals and notices silence. */
export interface Clock {
  /** Best estimate of the present, epoch milliseconds; never steps back. */
  nowMs(): number;
  /** The same when it can be trusted, else undefined: a node that booted in 1970 judges no device by its own clock. */
  trustedMs(): number | undefined;
  /** Milliseconds of running time since some fixed moment. */
  elapsedMs(): number;
}
