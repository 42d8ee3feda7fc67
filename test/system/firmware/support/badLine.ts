import type { RelayPair } from '../../support/relay.js';

/** Carries bytes and flips each of their bits with this probability, by a generator that a seed determines. Returns how many it flipped. */
export const flipBits = (pair: RelayPair, probability: number, seed: number): (() => number) => {
  let flipped = 0;
  let state = seed >>> 0;
  const random = (): number => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const gap = (): number => 1 + Math.floor(Math.log(1 - random()) / Math.log(1 - probability)); // bits to the next error
  for (const [from, to] of [
    [pair.near, pair.far],
    [pair.far, pair.near],
  ]) {
    let next = gap();
    from.on('data', (chunk: Buffer) => {
      const bits = 8 * chunk.length;
      while (next <= bits) {
        chunk[(next - 1) >> 3] ^= 1 << ((next - 1) & 7);
        flipped++;
        next += gap();
      }
      next -= bits;
      to.write(chunk);
    });
  }
  return () => flipped;
};
