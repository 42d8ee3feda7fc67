import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { bundleOptions } from '../../../scripts/bundleOptions.mjs';

const source = `import { half } from './half.js';
const most = 9_007_199_254_740_992;
const largest = 2 ** 53; // of the numbers
const least = -1e-20;
const list = [1, 2];
export const answers = [
  most === largest,
  { least, most: 1 }.least,
  ((most: number) => most)(7),
  half,
  list.length,
];
`;

describe('bundles', () => {
  const dir = mkdtempSync(join(tmpdir(), 'stepcast-bundle-'));
  mkdirSync(join(dir, 'src'));
  const entry = join(dir, 'src/entry.ts');
  writeFileSync(entry, source);
  writeFileSync(join(dir, 'src/half.ts'), 'const share = 0.5;\nexport const half: number = share;\n');
  const built = build({ ...bundleOptions, entryPoints: [entry], outdir: dir, write: false, sourcemap: true });

  it('hold the numbers named at the top of a file where they are used, and mean the same', async () => {
    const { outputFiles } = await built;
    const { text } = outputFiles.find(({ path }) => path.endsWith('.js'))!;
    expect(text).not.toMatch(/\b(?:var|const|let) (?:most|largest|least|share)\b/);
    const module = await import(`data:text/javascript,${encodeURIComponent(text)}`);
    expect(module.answers).toEqual([true, -1e-20, 7, 0.5, 2]);
  });

  it('name the files they were made of in their source maps', async () => {
    const { outputFiles } = await built;
    const map = JSON.parse(outputFiles.find(({ path }) => path.endsWith('.map'))!.text);
    expect(map.sources).toEqual(['src/half.ts', 'src/entry.ts']);
    expect(map.sourcesContent).toHaveLength(2);
  });
});
