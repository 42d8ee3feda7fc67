import type { SeriesSettings } from '../series/types.js';
import type { ByField } from './byField.js';
import type { ParsedStream, payloadKinds } from './schema.js';

/** How the payloads of a stream are read. */
export interface PayloadSettings {
  readonly payload: (typeof payloadKinds)[number];
  readonly value: readonly string[]; // JSON paths; empty: every numeric field
  readonly time?: string;
  readonly sequence?: string;
}

/** One entry of `streams`: what it matches, how its payloads are read, what its series are called and how they step. */
export interface StreamSettings {
  readonly filter: string;
  readonly decode: PayloadSettings;
  readonly seriesTemplate: string | undefined;
  readonly settings: SeriesSettings;
  readonly unit?: ByField;
  readonly deviceClass?: ByField;
}

export function streamSettings(stream: ParsedStream): StreamSettings {
  const covariates = Object.entries(stream.covariates).map(([name, covariate]) => ({ name, ...covariate }));
  const cadenceMs = stream.cadence === 'event' ? 0 : stream.cadence;
  return {
    filter: stream.topic,
    decode: {
      payload: stream.payload,
      value: stream.value,
      ...(stream.time !== undefined && { time: stream.time }),
      ...(stream.sequence !== undefined && { sequence: stream.sequence }),
    },
    seriesTemplate: stream.series,
    ...(stream.unit !== undefined && { unit: stream.unit }),
    ...(stream.deviceClass !== undefined && { deviceClass: stream.deviceClass }),
    settings: {
      cadenceMs,
      aggregate: stream.aggregate,
      lateMs: stream.late,
      maxGapSteps: stream.maxGap,
      counter: stream.counter,
      season: 'steps' in stream.season ? stream.season.steps : stream.season.ms / cadenceMs,
      horizon: stream.horizon,
      levels: stream.levels,
      model: stream.model,
      ...(covariates.length > 0 && { covariates }),
      ...(Object.keys(stream.static).length > 0 && { statics: stream.static }),
    },
  };
}
