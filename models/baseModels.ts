import { featureWidth } from '../src/forecast/features.js';
import type { ModelMetadata } from '../src/forecast/modelContract.js';
import { type Architecture, architecture, type GatedColumns } from '../src/nn/architecture.js';
import type { CellKind } from '../src/nn/cells/cells.js';
import { plainLevels } from '../src/series/plainSettings.js';

export interface BaseModel {
  readonly metadata: ModelMetadata & { readonly name: string };
  readonly architecture: Architecture;
  readonly seed: number;
  readonly trainingSteps: number;
  readonly peakRate: number;
}

const features = [
  'value',
  'diff',
  'missing',
  'elapsed',
  'season',
  'day.sin',
  'day.cos',
  'week.sin',
  'week.cos',
  'weekend',
];
const horizon = 24;
const levels = plainLevels;

const gated = ['season', 'value', 'diff'];

const columnsOf = (name: string): GatedColumns => ({
  from: featureWidth(features.slice(0, features.indexOf(name)), horizon),
  width: featureWidth([name], horizon),
});

const baseModel = (kind: CellKind, trainingSteps: number, peakRate: number): BaseModel => ({
  metadata: { contract: 1, cell: kind, features, target: 'change', horizon, levels, name: `${kind}-base`, version: 1 },
  architecture: architecture({
    cell: kind,
    inputSize: featureWidth(features, horizon),
    hiddenSize: 32,
    horizon,
    levels,
    gated: gated.map(columnsOf),
  }),
  seed: 20_260_101,
  trainingSteps,
  peakRate,
});

/** The models that ship with the product. */
export const baseModels: readonly BaseModel[] = [
  baseModel('rnn', 8_000, 3e-3),
  baseModel('gru', 8_000, 5e-3),
  baseModel('lstm', 8_000, 5e-3),
];
