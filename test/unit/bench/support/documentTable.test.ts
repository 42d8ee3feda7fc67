import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aligned, documentTable, withTable } from '../../../../bench/support/documentTable.js';
import type { BenchResult } from '../../../../bench/support/resultFile.js';

describe('documentTable', () => {
  const page = 'before\n\n<!-- bench:a -->\n\nold\n\n<!-- /bench:a -->\n\n<!-- bench:b -->\n<!-- /bench:b -->\n';

  it('replaces what stands between the markers of its bench, and nothing else', () => {
    const once = withTable(page, 'a', 'new');
    expect(once).toBe(page.replace('old', 'new'));
    expect(withTable(once, 'a', 'new')).toBe(once);
    expect(withTable(page, 'b', 'x')).toContain('old');
  });

  it('refuses a page without the markers', () => {
    expect(() => withTable(page, 'c', 'x')).toThrow(RangeError);
    expect(() => withTable('<!-- /bench:a --> <!-- bench:a -->', 'a', 'x')).toThrow(RangeError);
  });

  it('writes the table and what follows from it to the document of the bench', () => {
    const root = mkdtempSync(join(tmpdir(), 'stepcast-document-'));
    mkdirSync(join(root, 'docs'));
    const path = join(root, 'docs/a.md');
    writeFileSync(path, `${page}<!-- bench:a:sum -->\n<!-- /bench:a:sum -->\n`);
    const machine = { cpu: 'c', cores: 2, system: 's', node: 'v20', commit: 'abc', date: '2026-11-23T10', load: 0.5 };
    const result = { command: 'run it', machine, figures: { n: 7 } } as unknown as BenchResult;
    documentTable(root, 'a', result, {
      table: (figures) => `| n |\n| - |\n| ${(figures as { n: number }).n} |`,
      sections: (figures) => ({ sum: `twice is ${2 * (figures as { n: number }).n}` }),
      document: 'docs/a.md',
    });
    const text = readFileSync(path, 'utf8');
    rmSync(root, { recursive: true });
    expect(text).toContain('| 7   |');
    expect(text).toContain('`run it --write`, 2026-11-23, commit abc');
    expect(text).toContain('<!-- bench:a:sum -->\n\ntwice is 14\n\n<!-- /bench:a:sum -->');
    expect(text).not.toContain('old');
  });

  it('pads the columns, also those with empty cells', () => {
    expect(aligned('| | ours | |\n| --- | --- | --- |\n| speed | 7 | |')).toBe(
      '|       | ours |     |\n| ----- | ---- | --- |\n| speed | 7    |     |',
    );
  });
});
