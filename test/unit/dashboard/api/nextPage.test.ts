import { expect, test } from 'vitest';
import { nextPage } from '../../../../src/dashboard/api/nextPage.js';

test('the next page is found among links', () => {
  expect(nextPage('</api/series?after=a%2Cb>; rel="next"')).toBe('/api/series?after=a%2Cb');
  expect(nextPage('</api/openapi.json>; rel="describedby", </api/x?after=1>; rel=next')).toBe('/api/x?after=1');
});

test('the last page has none', () => {
  expect(nextPage(null)).toBeUndefined();
  expect(nextPage('</api/openapi.json>; rel="describedby"')).toBeUndefined();
});
