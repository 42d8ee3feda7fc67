import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withHttpReference } from '../../../src/http/httpReference.js';
import { problemCodes } from '../../../src/http/problem.js';

const text = readFileSync('docs/http.md', 'utf8');

describe('docs/http.md', () => {
  it('lists what can be asked, as it is served (npm run docs)', () => {
    expect(withHttpReference(text)).toBe(text);
  });

  it.each(problemCodes)('tells when %s comes', (code) => {
    expect(text).toContain(`\`${code}\``);
  });
});
