import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { rejectReasons } from '../../../src/payloads/decoder.js';

it('docs/payloads.md explains every reason and no other', () => {
  const table = readFileSync(new URL('../../../docs/payloads.md', import.meta.url), 'utf8').split('## Reasons')[1]!;
  const documented = [...table.matchAll(/^\| `(\w+)` +\|/gm)].map(([, reason]) => reason);
  expect(documented).toEqual([...rejectReasons]);
});
