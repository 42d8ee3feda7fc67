import { describe, expect, it } from 'vitest';
import { progress } from '../../../src/cli/progress.js';

function drawn(isTTY: boolean): string[] {
  const texts: string[] = [];
  const bar = progress({ write: (text: string) => texts.push(text), isTTY }, 'rows');
  bar.update(0, 200);
  bar.update(1, 200);
  bar.update(100, 200);
  bar.update(200, 200);
  bar.end();
  return texts;
}

describe('progress', () => {
  it('draws a bar when its percentage changes, and takes it away at the end', () => {
    expect(drawn(true)).toEqual([
      `\rrows [${'.'.repeat(30)}]   0 %`,
      `\rrows [${'#'.repeat(15)}${'.'.repeat(15)}]  50 %`,
      `\rrows [${'#'.repeat(30)}] 100 %`,
      '\r\x1b[K',
    ]);
  });

  it('writes nothing to what is no terminal', () => {
    expect(drawn(false)).toEqual([]);
  });
});
