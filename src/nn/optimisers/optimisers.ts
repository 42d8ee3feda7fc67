import { adam } from './adam.js';
import { adamW } from './adamW.js';
import { rmsProp } from './rmsProp.js';
import { sgd } from './sgd.js';

/** Every optimiser by the name it has on the command line. */
export const optimisers = { sgd, rmsprop: rmsProp, adam, adamw: adamW } as const;

export type OptimiserName = keyof typeof optimisers;
