import { describe, expect, it } from 'vitest';
import { aligned, withTable } from '../../../../bench/support/documentTable.js';

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

  it('pads the columns, also those with empty cells', () => {
    expect(aligned('| | ours | |\n| --- | --- | --- |\n| speed | 7 | |')).toBe(
      '|       | ours |     |\n| ----- | ---- | --- |\n| speed | 7    |     |',
    );
  });
});
