import type { Logger } from '../log.js';
import type { ModelSwaps } from '../pipeline/modelSwaps.js';
import type { FleetModels } from '../postgres/fleetModels.js';
import type { ModelsOfNode } from './modelsOfNode.js';
import type { PushesOfNode } from './pushesOfNode.js';

export interface FleetParts {
  readonly fleet: FleetModels | undefined;
  readonly models: ModelsOfNode;
  readonly pushes: PushesOfNode;
  readonly swaps: ModelSwaps;
  readonly log: Logger;
}

/** Takes up, until the store is closed, what other workers of the fleet do with models. */
export function followFleet({ fleet, models, pushes, swaps, log }: FleetParts): void {
  fleet?.listen(() => {
    pushes.reread();
    models.reread().then(
      () => swaps.recheck(),
      (error) => log.error({ problem: `${error}` }, 'what other workers did with models could not be taken up'),
    );
  });
}
