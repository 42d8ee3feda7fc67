import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../src/config/duration.js';
import { parseListenAddress } from '../../../src/config/listenAddress.js';
import { nearest, nearestFew } from '../../../src/config/nearest.js';
import { parseSize } from '../../../src/config/size.js';

describe('parseDuration', () => {
  it.each([
    ['250ms', 250],
    ['10s', 10_000],
    ['1m', 60_000],
    ['1.5h', 5_400_000],
    ['90d', 7_776_000_000],
    ['2w', 1_209_600_000],
    [0, 0],
    ['0', 0],
  ])('reads %j as %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '10', '10 s', '-1s', '1y', 's', '1h30m', '1e3s', '999999999d'])('refuses %j', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );

  it('reads back what formatDuration writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3e12 }), (ms) => parseDuration(formatDuration(ms)) === ms),
      { seed: 1 },
    );
  });
});

describe('parseSize', () => {
  it.each([
    ['16MB', 16_000_000],
    ['64KiB', 65_536],
    ['1.5kB', 1_500],
    ['7B', 7],
  ])('reads %j as %d bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each(['16', '16mb', '-1B', '1 MB', '', 'constructor', '1toString'])('refuses %j', (text) =>
    expect(parseSize(text)).toBeUndefined(),
  );
});

describe('parseListenAddress', () => {
  it.each([
    ['127.0.0.1:8080', '127.0.0.1', 8080],
    ['[::1]:0', '::1', 0],
    ['my-host:65535', 'my-host', 65535],
  ])('reads %j', (text, host, port) => expect(parseListenAddress(text)).toEqual({ host, port }));

  it.each(['8080', ':8080', 'host', 'host:65536', '::1:80', 'host:80/'])('refuses %j', (text) =>
    expect(parseListenAddress(text)).toBeUndefined(),
  );
});

describe('nearest', () => {
  it('finds the candidate with the fewest edits, whatever the case', () => {
    expect(nearest('URL', ['username', 'url', 'ca'])).toBe('url');
    expect(nearest('x', [])).toBeUndefined();
  });

  it('lists only what may have been meant', () => {
    expect(nearestFew('kitchn', ['kitchen', 'sensors/kitchn/t', 'garage', 'kitten'], 2)).toEqual(['kitchen', 'kitten']);
    expect(nearestFew('a', ['zzz'], 2)).toEqual([]);
  });
});
