import { describe, expect, it } from 'vitest';
import { readNetwork } from '../../../src/firmware/readNetwork.js';
import type { ModelMetadata } from '../../../src/forecast/modelContract.js';
import { drawnModel, refuse } from '../../support/deviceModels.js';

const shape = { cell: 'gru', hidden: 4, columns: 2, horizon: 2 } as const;
const { proto, metadata } = drawnModel(shape);
const reading = (changed: Partial<ModelMetadata>) => () => readNetwork(proto, { ...metadata, ...changed }, refuse);

describe('readNetwork', () => {
  it.each([
    [{ features: ['value', 'error', 'blend'] }, /reads error, blend, which come from the daemon's experts/],
    [{ features: ['value', 'covariate.outdoor'] }, /reads covariate.outdoor: a device hears no other series/],
    [{ target: 'residual' }, /target is residual/],
  ] as const)('refuses by name what only the daemon has: %j', (changed, message) => {
    expect(reading(changed)).toThrow(message);
  });

  it.each([
    [{ attention: 'dot' }, /has attention/],
    [{ cellNorm: 'layer' }, /has layer normalisation/],
    [{ cell: 'slstm' }, /has an sLSTM cell/],
    [{ head: 'decoder' }, /has a decoder/],
    [{ cellActivation: 'prelu' }, /has PReLU/],
    [{ hidden: 260 }, /260 hidden units, and a device takes at most 256/],
  ] as const)('refuses by name what the device library does not run: %j', (changed, message) => {
    expect(() => drawnModel({ ...shape, ...changed })).toThrow(message);
  });
});
