import { expect, it } from 'vitest';
import { text } from '../../../../src/serial/frames/field.js';

it.each([
  ['a name', 'boiler', [0x62, 0x6f, 0x69, 0x6c, 0x65, 0x72, 0, 0]],
  ['a name that fills the field', 'boilers1', [0x62, 0x6f, 0x69, 0x6c, 0x65, 0x72, 0x73, 0x31]],
  ['bytes after the end', undefined, [0x62, 0, 0, 0, 0, 0, 0, 1]],
  ['what is not UTF-8', undefined, [0xc3, 0x28, 0, 0, 0, 0, 0, 0]],
  ['what the pattern refuses', undefined, [0x20, 0, 0, 0, 0, 0, 0, 0]],
])('a text field takes %s as it should', (_, wanted, bytes) => {
  expect(text('id', 8, /^\S+$/).read(new DataView(Uint8Array.from(bytes).buffer), 0)).toBe(wanted);
});
