import type { ExpertName as OwnExpert } from '../forecast/expertNames.js';
import type { HorizonMeans, HorizonScore } from '../metrics/horizonScore.js';
import { pooledWeights, type Weights } from '../metrics/meanWeights.js';
import { normaliser, type Protocol } from './protocol.js';
import type { Scoreboard, ScoredExpert } from './scoreboard.js';

/** Forecasters beside the model: they are scored on the same targets. */
export type ExpertName = OwnExpert | ScoredExpert;

/** How one step ahead came out; the seasonal value one season before, the last one where that is missing. NaN: nothing was scored. */
export interface StepResult extends Omit<HorizonMeans, 'n'> {
  readonly horizon: number;
  readonly n: number; // targets
  readonly mase: number;
  readonly skill_persistence: number; // 1 − mae / theirs
  readonly skill_seasonal: number;
}

export interface ColumnResult {
  readonly column: string;
  readonly scored: number; // targets; 0: there was none, and what follows is NaN
  readonly season: number;
  readonly mae: number; // unit of the column
  readonly mse: number; // of the mean, where mae is of the median: each by what it aims at
  readonly mase: number; // mae over the mean one-step change of the part before the scored one
  readonly pinball: number;
  readonly crps: number;
  readonly coverage: number; // of the outermost levels
  readonly nominal: number; // what it should be
  readonly localCoverageError: number; // of these one step ahead, over windows of 500 values
  readonly width: number;
  readonly maeByHorizon: readonly number[];
  readonly horizons: readonly StepResult[];
  readonly weights: Readonly<Record<string, Weights>>; // by step: what each expert had in the median, mean over the scored forecasts
  readonly skill: { readonly persistence: number; readonly seasonal: number }; // 1 − mae / theirs
  readonly experts: Readonly<Record<ExpertName, { mae: number; mse: number; maeByHorizon: readonly number[] }>>;
  readonly spread: number; // of the training part: what errors are divided by
  readonly normalised: { readonly mae: number; readonly mse: number };
}

export function columnResult(column: string, board: Scoreboard, cells: Float64Array, protocol: Protocol): ColumnResult {
  const { spread, meanChange } = normaliser(protocol, cells);
  const own = board.model.overall();
  const persistence = board.persistence.overall();
  const seasonal = board.seasonal.overall();
  const scores = { persistence: board.persistence, seasonal: board.seasonal, ...board.experts };
  const steps = Array.from({ length: board.model.horizon }, (_, i) => stepResult(board, i + 1, meanChange));
  return {
    column,
    scored: own.n,
    season: board.season,
    mae: own.mae,
    mse: own.mse,
    mase: own.mae / meanChange,
    pinball: own.pinball,
    crps: own.crps,
    coverage: own.coverage,
    nominal: board.nominal,
    localCoverageError: board.localCoverage?.localError ?? Number.NaN,
    width: own.width,
    maeByHorizon: byHorizon(board.model),
    horizons: steps,
    weights: weightsOf(board),
    skill: { persistence: 1 - own.mae / persistence.mae, seasonal: 1 - own.mae / seasonal.mae },
    experts: mapExperts(scores, (score) => {
      const { mae, mse } = score.overall();
      return { mae, mse, maeByHorizon: byHorizon(score) };
    }),
    spread,
    normalised: { mae: own.mae / spread, mse: own.mse / spread ** 2 },
  };
}

export const mapExperts = <T, U>(scores: Readonly<Record<ExpertName, T>>, of: (value: T, name: ExpertName) => U) =>
  Object.fromEntries(
    (Object.entries(scores) as [ExpertName, T][]).map(([name, value]) => [name, of(value, name)]),
  ) as Record<ExpertName, U>;

function stepResult({ model, persistence, seasonal }: Scoreboard, h: number, meanChange: number): StepResult {
  const means = model.at(h);
  return {
    horizon: h,
    ...means,
    mase: means.mae / meanChange,
    skill_persistence: 1 - means.mae / persistence.at(h).mae,
    skill_seasonal: 1 - means.mae / seasonal.at(h).mae,
  };
}

const weightsOf = ({ weights }: Scoreboard): Record<string, Weights> =>
  Object.fromEntries(weights.form.weighedSteps.map((h) => [h, pooledWeights([weights], h) ?? {}]));

const byHorizon = (score: HorizonScore): number[] =>
  Array.from({ length: score.horizon }, (_, i) => score.at(i + 1).mae);
