import { closeSync, openSync, writeSync } from 'node:fs';

/** The file by which clock.c is told how far the wall clock is off. */
export const startClockShift = (path: string, shiftMs = 0) => {
  const file = openSync(path, 'w');
  const set = (ms: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(Math.round(ms)));
    writeSync(file, bytes, 0, 8, 0);
  };
  set(shiftMs);
  return { path, set, close: () => closeSync(file) };
};
