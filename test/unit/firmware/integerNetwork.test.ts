import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tanhTable } from '../../../src/firmware/integerMath.js';
import { IntegerNetwork } from '../../../src/firmware/integerNetwork.js';
import { readBlob } from '../../../src/firmware/readBlob.js';

interface Golden {
  readonly tanhTable: number[];
  readonly models: readonly { name: string; blob: string; x: number[][]; y: number[][]; state: string }[];
}

const file = new URL('../../../firmware-bridge/protocol/model-golden.json', import.meta.url);
const golden: Golden = JSON.parse(readFileSync(file, 'utf8'));

describe('IntegerNetwork', () => {
  it('has the table of the specification', () => {
    expect([...tanhTable]).toEqual(golden.tanhTable);
  });

  it.each(golden.models)('computes the golden vectors of $name to the bit', ({ blob, x, y, state }) => {
    const network = new IntegerNetwork(readBlob(Buffer.from(blob, 'base64')));
    expect(x.map((row) => [...network.step(Int16Array.from(row))])).toEqual(y);
    expect(Buffer.from(network.saveState()).toString('base64')).toBe(state);
  });

  it.each(golden.models)('goes on from a saved state as if nothing had been between: $name', ({ blob, x, y }) => {
    const [first, second] = [0, 1].map(() => new IntegerNetwork(readBlob(Buffer.from(blob, 'base64'))));
    for (const row of x.slice(0, 12)) first.step(Int16Array.from(row));
    second.loadState(first.saveState());
    expect(x.slice(12).map((row) => [...second.step(Int16Array.from(row))])).toEqual(y.slice(12));
    expect(() => second.loadState(new Uint8Array(3))).toThrow(/bytes, got 3/);
  });
});
