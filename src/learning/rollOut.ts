import { RecurrentForecaster } from '../forecast/recurrentForecaster.js';
import { SeriesForecaster } from '../forecast/seriesForecaster.js';
import { type StepBuffers, type Stepper, stepBuffers } from '../forecast/stepper.js';
import { pinballLoss } from '../metrics/pinballLoss.js';
import { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import type { SeriesSettings, Tick } from '../series/types.js';

export interface RollOutOptions {
  readonly ticks: readonly Tick[];
  readonly from: number; // place in `ticks` of the first one that is judged
  readonly horizon: number; // steps
  readonly levels: readonly number[];
  readonly season: number; // steps, 0: found
  readonly statics?: SeriesSettings['statics'];
  readonly covariates?: SeriesSettings['covariates'];
  readonly incumbent: Stepper;
  readonly candidate: Stepper;
  readonly breathe: () => Promise<void>;
}

/** Losses on the same values, each [horizon], summed over `count` [horizon] of them. */
export interface RollOut {
  readonly count: Float64Array;
  readonly before: Float64Array; // pinball loss of what the series publishes with the incumbent
  readonly after: Float64Array; // with the candidate
  readonly incumbent: Float64Array; // absolute error of the network alone
  readonly candidate: Float64Array;
  readonly seasonal: Float64Array; // absolute error of seasonal naive
  readonly gains: readonly number[]; // before − after one step ahead, in the order of the values
}

const ticksABreath = 64;

/**
 * What would have come of a swap at tick `from`: the series is forecast through the code that forecasts it live, from its first tick
 * on and with its states carried; at `from` it is doubled, and one of the two goes over to the candidate, whose state has been carried
 * beside it. Both are judged by what came true.
 */
export async function rollOut(options: RollOutOptions): Promise<RollOut> {
  const { ticks, from, horizon, levels, season, statics, covariates, breathe } = options;
  const [old, fresh] = [options.incumbent, options.candidate].map((stepper) => ({
    stepper,
    buffers: stepBuffers(stepper.model, 1),
  }));
  const longest = Math.max(horizon, old.stepper.model.metadata.horizon, fresh.stepper.model.metadata.horizon);
  const settings = { horizon: longest, levels, season, ...(covariates && { covariates }) };
  const outside = { season, ...(statics && { statics }), ...(covariates && { covariates }) };
  const network = (): RecurrentForecaster => new RecurrentForecaster(old.stepper.model, outside);
  const incumbent = new RecurrentForecaster(old.stepper.model, outside);
  const live = new SeriesForecaster({ ...settings, network: incumbent });
  const candidate = new RecurrentForecaster(fresh.stepper.model, outside);
  for (const [i, tick] of ticks.slice(0, from).entries()) {
    if (i % ticksABreath === 0) await breathe();
    await step(live, old, tick);
    await hear(candidate, fresh, tick, live);
  }
  const swapped = new SeriesForecaster({ ...settings, network: network() });
  const writer = new SnapshotWriter();
  live.save(writer);
  swapped.load(new SnapshotReader(writer.bytes()));
  swapped.replaceNetwork(candidate);

  const judge = new Judge(horizon, levels);
  const actual = new Map(ticks.map(({ n, y }) => [n, y]));
  for (const [i, tick] of ticks.slice(from).entries()) {
    if (i % ticksABreath === 0) await breathe();
    await step(live, old, tick);
    await step(swapped, fresh, tick);
    if (Number.isNaN(tick.y)) continue;
    judge.take({
      tick,
      actual,
      live,
      swapped,
      incumbent: [incumbent, old.buffers],
      candidate: [candidate, fresh.buffers],
    });
  }
  return judge.losses;
}

interface Stepped {
  readonly stepper: Stepper;
  readonly buffers: StepBuffers;
}

async function step(forecaster: SeriesForecaster, { stepper, buffers }: Stepped, tick: Tick): Promise<void> {
  forecaster.prepare(tick, buffers, 0);
  await stepper.step(1, buffers);
  forecaster.accept(buffers, 0);
}

/** The network alone, its features taken from `experts` as they stand. */
async function hear(
  network: RecurrentForecaster,
  { stepper, buffers }: Stepped,
  tick: Tick,
  experts: SeriesForecaster,
): Promise<void> {
  network.prepare(tick, buffers, 0, experts);
  await stepper.step(1, buffers);
  network.accept(buffers, 0);
}

interface Judged {
  readonly tick: Tick;
  readonly actual: ReadonlyMap<number, number>;
  readonly live: SeriesForecaster;
  readonly swapped: SeriesForecaster;
  readonly incumbent: readonly [RecurrentForecaster, StepBuffers];
  readonly candidate: readonly [RecurrentForecaster, StepBuffers];
}

class Judge {
  readonly losses: RollOut & { gains: number[] };
  readonly #levels: readonly number[];
  readonly #quantiles: readonly [Float64Array, Float64Array];
  readonly #points: Float64Array;

  constructor(horizon: number, levels: readonly number[]) {
    const zeros = (): Float64Array => new Float64Array(horizon);
    this.losses = {
      ...{ count: zeros(), before: zeros(), after: zeros(), incumbent: zeros(), candidate: zeros(), seasonal: zeros() },
      gains: [],
    };
    this.#levels = levels;
    this.#quantiles = [new Float64Array(horizon * levels.length), new Float64Array(horizon * levels.length)];
    this.#points = new Float64Array(1024);
  }

  take({ tick, actual, live, swapped, incumbent, candidate }: Judged): void {
    const { losses } = this;
    const [before, after] = this.#quantiles;
    live.forecast(before);
    swapped.forecast(after);
    const horizon = losses.count.length;
    this.#points.fill(tick.y, 0, horizon);
    const alone = ([network, buffers]: Judged['candidate'], experts: SeriesForecaster, into: Float64Array): void => {
      const most = Math.min(horizon, network.model.metadata.horizon);
      network.median(buffers, 0, most, this.#points, 0, experts);
      this.#addErrors(tick, actual, into);
    };
    alone(incumbent, live, losses.incumbent);
    alone(candidate, swapped, losses.candidate);
    live.expert('seasonal', this.#points, 0);
    this.#addErrors(tick, actual, losses.seasonal);
    for (let h = 1; h <= horizon; h++) {
      const came = actual.get(tick.n + h) ?? Number.NaN;
      if (Number.isNaN(came)) continue;
      const [old, now] = [before, after].map((quantiles) => this.#pinball(quantiles, h, came));
      losses.count[h - 1]++;
      losses.before[h - 1] += old;
      losses.after[h - 1] += now;
      if (h === 1) losses.gains.push(old - now);
    }
  }

  #addErrors(tick: Tick, actual: ReadonlyMap<number, number>, into: Float64Array): void {
    for (let h = 1; h <= into.length; h++) {
      const came = actual.get(tick.n + h) ?? Number.NaN;
      if (!Number.isNaN(came)) into[h - 1] += Math.abs(came - this.#points[h - 1]);
    }
  }

  #pinball(quantiles: Float64Array, h: number, came: number): number {
    const levels = this.#levels;
    let sum = 0;
    for (let l = 0; l < levels.length; l++) sum += pinballLoss(levels[l], quantiles[(h - 1) * levels.length + l], came);
    return sum / levels.length;
  }
}
