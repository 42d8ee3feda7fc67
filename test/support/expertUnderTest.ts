import type { Forecaster } from '../../src/forecast/forecaster.js';
import { SeriesPast } from '../../src/series/seriesPast.js';
import type { Tick } from '../../src/series/types.js';
import type { ForecasterUnderTest } from '../unit/conformance/forecaster.js';

/** An expert and the past it stands on, as one forecaster. */
export class ExpertUnderTest implements ForecasterUnderTest {
  readonly levels = 1;
  readonly past: SeriesPast;
  readonly expert: Forecaster;

  constructor(make: (past: SeriesPast) => Forecaster, season = 0) {
    this.past = new SeriesPast({ season, lags: 60 });
    this.expert = make(this.past);
  }

  get horizon(): number {
    return this.expert.horizon;
  }

  learnOne = async (tick: Tick): Promise<void> => this.learn(tick);

  learn(tick: Tick): void {
    this.past.learnOne(tick);
    this.expert.learnOne(tick);
  }

  forecast(): Float64Array {
    const out = new Float64Array(this.horizon);
    this.expert.forecast(out, 0);
    return out;
  }

  save: ForecasterUnderTest['save'] = (writer) => {
    this.past.save(writer);
    this.expert.save(writer);
  };

  load: ForecasterUnderTest['load'] = (reader) => {
    this.past.load(reader);
    this.expert.load(reader);
  };
}

/** Values as ticks, an hour apart from Monday 1970-01-05 00:00. */
export const hourly = (values: readonly number[]): Tick[] =>
  values.map((y, n) => ({
    ...{ n, y, missing: 0, restart: n === 0 },
    ...{ tMs: 345_600_000 + n * 3_600_000, stepMs: 3_600_000 },
  }));
