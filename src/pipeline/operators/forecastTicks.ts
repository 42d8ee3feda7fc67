import { concatMap, type MonoTypeOperatorFunction } from 'rxjs';
import { weighedNames } from '../../forecast/blendWeights.js';
import { decimalsFor, ForecastWriter } from '../../forecast/forecastWriter.js';
import type { SeriesForecaster } from '../../forecast/seriesForecaster.js';
import type { Clock } from '../clock.js';
import type { Counters } from '../counters.js';
import type { PendingTick } from '../modelLane.js';
import { NumberSlab } from '../numberSlab.js';
import type { Forecast } from '../ports.js';
import type { Turn } from '../turn.js';

export interface ForecastTicksOptions {
  clock: Clock;
  counters: Counters;
  onIssue?: OnIssue;
}

/** Is told of each forecast while its forecaster stands at the tick it was issued at: before the next one, and before it is published. */
export type OnIssue = (forecast: Forecast, forecaster: SeriesForecaster) => void;

/**
 * Steps the ticks of a turn through their models, one micro-batch after the other, and adds a forecast for every tick that
 * has a value. Turns are worked on in order: state is sequential.
 */
export function forecastTicks({ clock, counters, onIssue }: ForecastTicksOptions): MonoTypeOperatorFunction<Turn> {
  const writer = new ForecastWriter();
  const slab = new NumberSlab();
  return concatMap(async (turn) => {
    for (const [lane, pending] of turn.ticks) {
      const issue = (item: PendingTick, model: string): void => {
        if (item.silent || Number.isNaN(item.tick.y)) return;
        counters.forecasts++;
        const forecast = addForecast(turn, model, item, writer, slab, clock.nowMs());
        onIssue?.(forecast, item.entry.forecaster);
      };
      await lane.step(pending, issue);
    }
    return turn;
  });
}

function addForecast(
  turn: Turn,
  model: string,
  { entry, tick, logId }: PendingTick,
  writer: ForecastWriter,
  slab: NumberSlab,
  issuedMs: number,
): Forecast {
  const { seriesId, forecaster } = entry;
  const { horizon, levels } = entry.settings;
  const values = slab.take(horizon * levels.length);
  forecaster.forecast(values);
  const weights = slab.take(entry.weighedSteps.length * weighedNames.length);
  for (let s = 0; s < entry.weighedSteps.length; s++)
    forecaster.weights(entry.weighedSteps[s], weights, s * weighedNames.length);
  const { tMs, stepMs, y, n } = tick;
  const decimals = decimalsFor(forecaster.past.change);
  const json = writer.write({
    series: seriesId,
    tMs,
    issuedMs,
    model,
    stepMs,
    last: y,
    levels,
    values,
    horizon,
    decimals,
  });
  turn.forecasts.push({
    id: logId,
    series: entry.id,
    tick: n,
    tMs,
    issuedMs,
    y,
    stepMs,
    model,
    levels,
    values,
    decimals,
    weights,
  });
  const published = { seriesId, tMs, stepMs, horizon, tick: n, last: y, levels, values, json };
  turn.published.push(published);
  return published;
}
