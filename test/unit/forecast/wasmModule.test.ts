import { describe, expect, it } from 'vitest';
import { signed, unsigned, wasmModule } from '../../../src/forecast/wasmModule.js';

describe('wasmModule', () => {
  it('writes whole numbers as the specification has them', () => {
    expect([0, 127, 128, 624_485].map(unsigned)).toEqual([[0], [127], [0x80, 1], [0xe5, 0x8e, 0x26]]);
    expect([0, 63, 64, -1, -64, -65, -123_456].map(signed)).toEqual([
      [0],
      [63],
      [0xc0, 0],
      [0x7f],
      [0x40],
      [0xbf, 0x7f],
      [0xc0, 0xbb, 0x78],
    ]);
  });

  it('names a local that is not there', () => {
    const typo = {
      name: 'f',
      parameters: { a: 'i32' },
      locals: {},
      body: (p: (name: string) => number) => [p('b')],
    } as const;
    expect(() => wasmModule([typo], 1)).toThrow(/no parameter or local b/);
  });
});
