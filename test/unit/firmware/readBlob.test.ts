import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../src/firmware/crc32.js';
import { cHeader, cSource, identifierOf } from '../../../src/firmware/cSource.js';
import { deviceSizes } from '../../../src/firmware/deviceSizes.js';
import { kernelConfig } from '../../../src/firmware/kernelConfig.js';
import { readBlob } from '../../../src/firmware/readBlob.js';
import { drawnBlob, drawnModel } from '../../support/deviceModels.js';

const shape = { cell: 'gru', hidden: 5, columns: 6, horizon: 2 } as const;

describe('a blob', () => {
  it.each(['int8', 'float'] as const)('says again what it was written from: %s', (kind) => {
    const bytes = drawnBlob({ ...shape, kind });
    const { network } = drawnModel(shape);
    const blob = readBlob(bytes);
    expect(blob).toMatchObject({
      kind,
      name: 'drawn',
      version: 1,
      columns: 6,
      horizon: 2,
      target: 'change',
      yBits: blob.yBits,
    });
    expect(blob.features).toEqual(['value', 'diff', 'missing', 'elapsed', 'day.sin', 'day.cos']);
    expect(blob.layers).toMatchObject([{ cell: 'gru', hidden: 5 }]);
    expect(blob.sizeBytes).toBe(bytes.length);
    if (kind === 'float') expect([...blob.head.operands[0].w]).toEqual([...network.head.w]);
  });

  it('is read from a part of a larger buffer as well', () => {
    const bytes = drawnBlob({ ...shape, kind: 'int8' });
    const larger = new Uint8Array(bytes.length + 9);
    larger.set(bytes, 3);
    expect(readBlob(larger.subarray(3))).toEqual(readBlob(bytes));
  });

  it('is refused when any byte of it is another, or one is missing', () => {
    const bytes = drawnBlob({ ...shape, kind: 'int8' });
    for (let at = 0; at < bytes.length; at += 7) {
      const damaged = bytes.slice();
      damaged[at] ^= 0x41;
      expect(() => readBlob(damaged)).toThrow(RangeError);
    }
    expect(() => readBlob(bytes.subarray(0, bytes.length - 1))).toThrow(/cut short/);
  });

  it('is refused when its header says what its sections are not, be its CRC right', () => {
    for (const [at, value] of [
      [16, 7],
      [18, 9],
      [22, 5],
      [24, 2],
      [25, 3],
      [26, 7],
      [96, 200],
      [104, 9],
    ] as const) {
      const hostile = drawnBlob({ ...shape, kind: 'int8' });
      hostile[at] = value;
      const crc = crc32(hostile.subarray(0, hostile.length - 4));
      new DataView(hostile.buffer).setUint32(hostile.length - 4, crc, true);
      expect(() => readBlob(hostile), `${at}`).toThrow(RangeError);
    }
  });

  it('becomes C whose names no model name can break', () => {
    const blob = { ...readBlob(drawnBlob({ ...shape, kind: 'int8' })), name: '2 */ "x"' };
    const id = identifierOf(blob.name);
    expect(id).toBe('model_2_x');
    expect(identifierOf('sc_net')).toBe('model_sc_net');
    expect(identifierOf('°')).toBe('model');
    expect(cHeader(id, blob, deviceSizes(blob))).toContain('#define MODEL_2_X_HORIZON 2\n');
    expect(cSource(id, blob, new Uint8Array([1, 2]))).toMatch(
      /^\/\* 2 \? "x" version 1: gru of 5[^*]* \*\/\n#include "model_2_x.h"\n/,
    );
    expect(kernelConfig(blob)).toContain('#define SC_NET_NO_LSTM\n');
    expect(kernelConfig(blob)).not.toContain('NO_GRU\n');
  });
});

describe('crc32', () => {
  it('has the check value of IEEE 802.3, in parts too', () => {
    const digits = new TextEncoder().encode('123456789');
    expect(crc32(digits)).toBe(0xcbf43926);
    expect(crc32(digits.subarray(4), crc32(digits.subarray(0, 4)))).toBe(0xcbf43926);
  });
});
