import { featureWidth } from '../src/forecast/features.js';
import type { ModelMetadata } from '../src/forecast/modelContract.js';
import { type Architecture, architecture, type GatedColumns } from '../src/nn/architecture.js';
import type { CellKind } from '../src/nn/cells/cells.js';
import type { PriorSize } from './prior.js';

export interface BaseModel {
  readonly metadata: ModelMetadata & { readonly name: string };
  readonly architecture: Architecture;
  readonly seed: number;
  readonly trainingSteps: number;
  readonly peakRate: number;
}

const features = ['value', 'diff', 'error', 'season', 'day.sin', 'day.cos', 'week.sin', 'week.cos', 'weekend', 'blend'];
const horizon = 24;
const levels = [0.5]; // intervals come from the calibration around the blend

const gated = ['error', 'diff', 'season', 'blend'];

const columnsOf = (name: string): GatedColumns => ({
  from: featureWidth(features.slice(0, features.indexOf(name)), horizon),
  width: featureWidth([name], horizon),
});

interface Size {
  readonly hiddenSize: number;
  readonly trainingSteps: number;
  readonly peakRate: number;
}

const baseModel = (kind: CellKind, size: string, { hiddenSize, trainingSteps, peakRate }: Size): BaseModel => ({
  metadata: {
    ...{ contract: 1, cell: kind, features, target: 'residual', horizon, levels },
    ...{ name: `${kind}-${size}`, version: 1 },
  },
  architecture: architecture({
    cell: kind,
    inputSize: featureWidth(features, horizon),
    hiddenSize,
    horizon,
    levels,
    gated: gated.map(columnsOf),
  }),
  seed: 20_260_101,
  trainingSteps,
  peakRate,
});

/** What all of them learn from, and are judged by. */
export const priorSize: PriorSize = { seed: 20_260_101, learned: 400, judged: 64, judgedSteps: 960 };

/** The models that ship with the product. */
export const baseModels: readonly BaseModel[] = [
  baseModel('gru', 'base', { hiddenSize: 32, trainingSteps: 5000, peakRate: 5e-3 }),
  baseModel('gru', 'small', { hiddenSize: 16, trainingSteps: 5000, peakRate: 5e-3 }),
  baseModel('lstm', 'base', { hiddenSize: 32, trainingSteps: 5000, peakRate: 5e-3 }),
  baseModel('rnn', 'base', { hiddenSize: 32, trainingSteps: 5000, peakRate: 3e-3 }),
];
