import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';

describe('SnapshotWriter and SnapshotReader', () => {
  it('give back every number to the bit, in the order in which it was put', () => {
    const part = fc.oneof(fc.double(), fc.float64Array({ maxLength: 300 }), fc.float32Array({ maxLength: 700 }));
    const check = (parts: (number | Float64Array | Float32Array)[]): void => {
      const writer = new SnapshotWriter();
      for (const value of parts) {
        if (typeof value === 'number') writer.f64(value);
        else if (value instanceof Float64Array) writer.f64s(value);
        else writer.f32s(value);
      }
      const reader = new SnapshotReader(writer.bytes());
      for (const value of parts) {
        if (typeof value === 'number') expect(reader.f64()).toBe(value);
        else if (value instanceof Float64Array) expect(reader.f64s()).toEqual(value);
        else expect(reader.f32s()).toEqual(value);
      }
    };
    fc.assert(fc.property(fc.array(part, { maxLength: 20 }), check), { seed: 1, numRuns: 100 });
  });

  it('keep the sign of zero, the infinities and NaN', () => {
    const writer = new SnapshotWriter();
    for (const value of [-0, Number.NEGATIVE_INFINITY, Number.NaN]) writer.f64(value);
    const reader = new SnapshotReader(writer.bytes());
    expect([reader.f64(), reader.f64(), reader.f64()]).toEqual([-0, Number.NEGATIVE_INFINITY, Number.NaN]);
  });

  it('hand out copies: what is put later, or changed in what was taken, changes nothing else', () => {
    const writer = new SnapshotWriter();
    writer.f64s(Float64Array.of(1, 2));
    const bytes = writer.bytes();
    writer.f64(3);
    const first = new SnapshotReader(bytes).f64s();
    first[0] = 9;
    expect(new SnapshotReader(bytes).f64s()).toEqual(Float64Array.of(1, 2));
    expect(bytes.length).toBe(24);
  });

  it('read from the middle of a larger buffer', () => {
    const writer = new SnapshotWriter();
    writer.f32s(Float32Array.of(1.5, -2));
    const inside = new Uint8Array(40);
    inside.set(writer.bytes(), 3);
    expect(new SnapshotReader(inside.subarray(3, 19)).f32s()).toEqual(Float32Array.of(1.5, -2));
  });

  it.each([Number.NaN, -1, 3, 1e300, 0.3])('refuse an array that says it is %d long in 8 bytes', (length) => {
    const writer = new SnapshotWriter();
    writer.f64(length);
    writer.f64(0);
    expect(() => new SnapshotReader(writer.bytes()).f64s()).toThrow(RangeError);
  });

  it('refuse to read past the end', () => {
    expect(() => new SnapshotReader(new Uint8Array(7)).f64()).toThrow(RangeError);
  });
});
