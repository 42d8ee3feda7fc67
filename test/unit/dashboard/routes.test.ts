import { expect, test } from 'vitest';
import { hashOf, parseRoute, type Route } from '../../../src/dashboard/routes.js';

const routes: readonly Route[] = [
  { page: 'series' },
  { page: 'models' },
  { page: 'one', series: 'sensors/kitchen/temperature' },
  { page: 'one', series: 'a b/ü#?%2F&.x' },
  { page: 'one', series: 'models' },
];

test.each(routes)('a page is found again by its address: %j', (route) => {
  expect(parseRoute(hashOf(route))).toEqual(route);
});

test.each(['', '#', '#/', '#/series/', '#/nothing', '#/series/%E0%A4%A'])('the address %j is the list', (hash) => {
  expect(parseRoute(hash)).toEqual({ page: 'series' });
});
