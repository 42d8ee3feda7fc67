import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runKernels } from './support/kernels.js';

interface Golden {
  readonly models: readonly { name: string; blob: string; x: number[][]; y: number[][]; state: string }[];
}

const file = new URL('../../../firmware-bridge/protocol/model-golden.json', import.meta.url);
const { models }: Golden = JSON.parse(readFileSync(file, 'utf8'));
const bytes = (values: Int16Array | Int32Array): Uint8Array => new Uint8Array(values.buffer);

describe('integer kernels', () => {
  it.each(['asan', 'm3', 'm4f'] as const)('compute the golden vectors to the bit: %s', (target) => {
    for (const { name, blob, x, y, state } of models) {
      const model = Uint8Array.from(Buffer.from(blob, 'base64'));
      const { opened, output } = runKernels(target, 'step', { blob: model, input: bytes(Int16Array.from(x.flat())) });
      expect({ name, ...opened }).toMatchObject({ name, open: 0, test: 0 });
      const wanted = Buffer.concat([bytes(Int32Array.from(y.flat())), Buffer.from(state, 'base64')]);
      expect({ name, same: wanted.equals(output) }).toEqual({ name, same: true });
    }
  });

  it('refuse a blob that is damaged anywhere, or cut short', () => {
    const whole = Uint8Array.from(Buffer.from(models[0].blob, 'base64'));
    const opens = (blob: Uint8Array): number => {
      try {
        return runKernels('asan', 'step', { blob, input: new Uint8Array() }).opened.open;
      } catch (error) {
        return Number(/"open": (\d)/.exec((error as Error).message)?.[1]);
      }
    };
    expect(opens(whole)).toBe(0);
    for (const at of [0, 4, 6, 9, 16, 22, 24, 30, 96, 104, 108, 112, 300, whole.length - 1]) {
      const damaged = whole.slice();
      damaged[at] ^= 0xff;
      expect({ at, status: opens(damaged) }).not.toEqual({ at, status: 0 });
    }
    for (const size of [0, 50, 111, 200, whole.length - 1]) expect(opens(whole.subarray(0, size))).toBe(1);
  });
});
