import { expect, test } from 'vitest';
import { modelFamilies } from '../../../../src/dashboard/models/modelFamilies.js';
import { labelOf, modelLineage } from '../../../../src/dashboard/series/modelLineage.js';
import type { ApiModel } from '../../../../src/http/api.js';

const version = (name: string, number: number, parent: string | null = null, series = 0): ApiModel => ({
  ...{ name, version: number, sha256: 'ab', state: 'active', origin: 'tuned', created: number, parent, series },
  ...{ forecasts: 0, skill1: null, skill: null },
});
const models = [
  version('gru', 1, null, 3),
  version('gru:a/b', 2, 'gru@1'),
  version('gru:a/b', 3, 'gru:a/b@2'),
  version('gru:a/b', 4, 'gru:a/b@3', 1),
  version('gru:a/b', 5, 'gru:a/b@4'),
  version('gru:other', 2, 'gru@1'),
  version('lstm', 1, null, 9),
];

test('the line of descent comes first, then the tries of the same series that led nowhere', () => {
  const lineage = modelLineage(models, 'gru:a/b@4', 'a/b');
  expect(lineage.map(({ model }) => labelOf(model))).toEqual([
    'gru:a/b@4',
    'gru:a/b@3',
    'gru:a/b@2',
    'gru@1',
    'gru:a/b@5',
  ]);
  expect(lineage.map(({ role }) => role)).toEqual(['in-use', 'ancestor', 'ancestor', 'ancestor', 'aside']);
});

test('a version that names itself as its parent ends the line', () => {
  expect(modelLineage([version('x', 1, 'x@1')], 'x@1', 's')).toHaveLength(1);
});

test('what is not known has no line', () => {
  expect(modelLineage([], 'gru@1', 's')).toEqual([]);
});

test('models are by name, the most used first, with what single series made of them apart', () => {
  const [first, second] = modelFamilies(models);
  expect(first).toMatchObject({ name: 'lstm', series: 9, own: [] });
  expect(second).toMatchObject({ name: 'gru', series: 4 });
  expect(second.versions.map(labelOf)).toEqual(['gru@1']);
  expect(second.own.map(labelOf)).toEqual(['gru:a/b@5', 'gru:a/b@4', 'gru:a/b@3', 'gru:a/b@2', 'gru:other@2']);
});
