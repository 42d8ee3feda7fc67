import { describe, expect, it } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../../src/training/checkpoint.js';

const about = { step: 7, rate: 0.1 + 0.2, text: 'zwölf\nLinien' };
const arrays = new Map([
  ['w', Float32Array.of(1, -0, 1e-45, Number.POSITIVE_INFINITY)],
  ['nothing', new Float32Array(0)],
  ['v', new Float32Array([9, 8, 7, 6]).subarray(1, 3)],
]);

describe('a checkpoint', () => {
  it('comes back bit for bit', () => {
    const back = decodeCheckpoint(Buffer.from(encodeCheckpoint({ about, arrays })));
    expect(back).toEqual({ about, arrays });
    expect(Object.is(back.arrays.get('w')![1], -0)).toBe(true);
  });

  it('is known when cut anywhere, or longer than it says', () => {
    const bytes = encodeCheckpoint({ about, arrays });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeCheckpoint(bytes.slice(0, length))).toThrow();
    }
    expect(() => decodeCheckpoint(new Uint8Array([...bytes, 0]))).toThrow('longer than it says');
    expect(() => decodeCheckpoint(new TextEncoder().encode('time,value\n1,2\n'))).toThrow('no checkpoint');
  });
});
