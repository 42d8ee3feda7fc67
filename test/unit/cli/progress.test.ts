import { describe, expect, it } from 'vitest';
import { progress } from '../../../src/cli/progress.js';

function drawn(isTTY: boolean, stepMs = 0): string[] {
  const texts: string[] = [];
  let clockMs = 0;
  const bar = progress({ write: (text: string) => texts.push(text), isTTY }, 'rows', () => clockMs);
  for (const done of [0, 1, 100, 200]) {
    bar.update(done, 200);
    clockMs += stepMs;
  }
  bar.end();
  return texts;
}

describe('progress', () => {
  it('draws a bar when its percentage changes, and takes it away at the end', () => {
    expect(drawn(true)).toEqual([
      `\rrows [${'.'.repeat(30)}]   0 %\x1b[K`,
      `\rrows [${'#'.repeat(15)}${'.'.repeat(15)}]  50 %\x1b[K`,
      `\rrows [${'#'.repeat(30)}] 100 %\x1b[K`,
      '\r\x1b[K',
    ]);
  });

  it('says how long it will take when that can be guessed', () => {
    expect(drawn(true, 20_000)[1]).toContain('  50 %, 40 s left');
    expect(drawn(true, 60_000)[1]).toContain('  50 %, 2 min left');
    expect(drawn(true, 1000)[1]).not.toContain('left');
  });

  it('writes nothing to what is no terminal', () => {
    expect(drawn(false)).toEqual([]);
  });
});
