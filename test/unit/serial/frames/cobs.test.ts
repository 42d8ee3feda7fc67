import { expect, it } from 'vitest';
import { cobsDecode, cobsEncode } from '../../../../src/serial/frames/cobs.js';

it.each([0, 1, 253, 254, 255, 508, 509, 700])('%i bytes without a zero among them come back as they were', (length) => {
  const data = Uint8Array.from({ length }, (_, i) => 1 + (i % 255));
  const encoded = cobsEncode(data);
  expect(encoded.includes(0)).toBe(false);
  expect([...cobsDecode(encoded)!]).toEqual([...data]);
  const ended = Uint8Array.of(...data, 0);
  expect([...cobsDecode(cobsEncode(ended))!]).toEqual([...ended]);
});
