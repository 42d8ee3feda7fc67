import { featureWidth } from '../forecast/features.js';
import type { ModelMetadata } from '../forecast/modelContract.js';
import { type Architecture, architecture, type GatedColumns } from '../nn/architecture.js';
import { knownOf } from '../training/tableCovariates.js';
import type { Label } from './labelSequences.js';
import type { TrainJob } from './trainJob.js';

/** Features that the head weighs by the state, where a model has them. */
const weighed = ['season', 'value', 'diff'];

/** The network that a job asks for. */
export function networkOf(job: TrainJob, label: Label | undefined): Architecture {
  const { features, horizon, task, covariates = [] } = job;
  const known = knownOf(covariates);
  const classes = label && 'classes' in label ? label.classes.length : 0;
  const rollsOut = task === 'one-to-many' || task === 'encoder-decoder';
  const gated = label ? [] : (rollsOut ? ['season'] : weighed).filter((name) => features.includes(name));
  return architecture({
    ...{
      cell: job.cell,
      inputSize: featureWidth(features, horizon, known),
      hiddenSize: job.hidden,
      layers: job.layers,
    },
    ...{ residual: job.residual, cellActivation: job.cellActivation, headActivation: job.headActivation },
    ...{ inputNorm: job.inputNorm, cellNorm: job.cellNorm, attention: job.attention, memory: job.memory },
    ...{ dropout: job.dropout, horizon, levels: job.levels, classes },
    head: rollsOut ? 'decoder' : 'linear',
    gated: gated.map((name) => columnsOf(features, name, horizon, known)),
    start:
      rollsOut && job.target === 'value' && features.includes('value')
        ? columnsOf(features, 'value', horizon, known).from
        : -1,
  });
}

/** The `stepcast` document of the model that a job makes. */
export const metadataOf = (job: TrainJob, label: Label | undefined): ModelMetadata & { name: string } => ({
  ...{ contract: 1, cell: job.cell, features: job.features, target: job.target },
  ...{ horizon: job.horizon, levels: job.levels, ...(job.season > 0 ? { season: job.season } : {}) },
  ...(job.covariates && { covariates: knownOf(job.covariates) }),
  ...{ name: job.name, version: 1, task: job.task, ...(label ? { label } : {}) },
});

function columnsOf(
  features: readonly string[],
  name: string,
  horizon: number,
  known: ModelMetadata['covariates'],
): GatedColumns {
  const before = features.slice(0, features.indexOf(name));
  return { from: featureWidth(before, horizon, known), width: featureWidth([name], horizon, known) };
}
