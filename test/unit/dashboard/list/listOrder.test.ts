import { expect, test } from 'vitest';
import { arrange, orderBy } from '../../../../src/dashboard/list/listOrder.js';
import { seriesRow } from '../rows.js';

const rows = [
  seriesRow('room 10', { skill1: 0.1, model: 'lstm@2' }),
  seriesRow('room 2', { skill1: null }),
  seriesRow('attic', { skill1: 0.3 }),
  seriesRow('Cellar', { skill1: -0.2 }),
];
const names = (...args: Parameters<typeof arrange>): string[] => arrange(...args).map(({ series }) => series);

test('names are in the order of people: case aside, numbers by what they count', () => {
  expect(names(rows, '', orderBy('series'), 'en')).toEqual(['attic', 'Cellar', 'room 2', 'room 10']);
});

test('the best comes first, and what has no figure last, whichever way round', () => {
  expect(names(rows, '', orderBy('skill1'), 'en')).toEqual(['attic', 'room 10', 'Cellar', 'room 2']);
  expect(names(rows, '', { key: 'skill1', descending: false }, 'en')).toEqual(['Cellar', 'room 10', 'attic', 'room 2']);
});

test('every word looked for is in the name or the model', () => {
  expect(names(rows, ' ROOM  lstm ', orderBy('series'), 'en')).toEqual(['room 10']);
  expect(names(rows, 'room attic', orderBy('series'), 'en')).toEqual([]);
});
