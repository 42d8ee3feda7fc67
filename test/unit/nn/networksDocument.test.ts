import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { activationNames } from '../../../src/nn/activation.js';
import { architecture, outputWidth } from '../../../src/nn/architecture.js';
import { architectureParameters, initialWeights } from '../../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../../src/nn/buildStepModel.js';
import { type CellKind, cells } from '../../../src/nn/cells/cells.js';
import { losses } from '../../../src/nn/losses/losses.js';
import { optimisers } from '../../../src/nn/optimisers/optimisers.js';
import { parameterSize } from '../../../src/nn/parameter.js';
import { stepCost } from '../../../src/nn/stepCost.js';
import { readGraph } from '../../../src/onnx/readGraph.js';
import { Random } from '../../../src/series/random.js';

const root = new URL('../../../', import.meta.url);
const text = readFileSync(new URL('docs/networks.md', root), 'utf8');

describe('docs/networks.md', () => {
  it('has a row for every activation, loss and optimiser', () => {
    for (const name of [...activationNames, ...Object.keys(losses), ...Object.keys(optimisers)]) {
      expect(text, name).toMatch(new RegExp(`^\\| \`${name}\` +\\|`, 'm'));
    }
  });

  it('points to files that are there', () => {
    const paths = [...text.matchAll(/`((?:src|test)\/[\w/.]+)`/g)].map(([, path]) => path);
    expect(paths.length).toBeGreaterThan(15);
    for (const path of paths) expect(existsSync(new URL(path, root)), path).toBe(true);
  });

  for (const cell of Object.keys(cells) as CellKind[]) {
    it(`says what a ${cell} costs`, () => {
      const a = architecture({ cell, inputSize: 4, hiddenSize: 32 });
      const inLayer = architectureParameters(a).filter(({ name }) => name.startsWith('layer1.'));
      const parameters = inLayer.reduce((sum, parameter) => sum + parameterSize(parameter), 0);
      const step = stepCost(readGraph(buildStepModel(a, initialWeights(a, new Random(1))))) - 32 * outputWidth(a);
      const row = text.split('\n').find((line) => line.startsWith(`| ${cell} `))!;
      expect(row.split('|').slice(3, 6).map(Number)).toEqual([parameters, step, 32 * cells[cell].states.length]);
    });
  }
});
