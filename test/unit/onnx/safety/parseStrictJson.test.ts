import { expect, it } from 'vitest';
import { parseStrictJson } from '../../../../src/onnx/safety/parseStrictJson.js';

it.each([
  '{"a":1,"b":{"a":[{"a":1},{"a":2}]},"c":"\\"a\\":1,\\"a\\":2"}',
  '[{"a":"{"},{"a":"}:\\\\"}]',
  ' "a:b:a" ',
  '[]',
])('reads %s as JSON.parse does', (text) => {
  expect(parseStrictJson(text)).toEqual(JSON.parse(text));
});

it.each([
  ['{"a":1,"a":1}', /twice: a/],
  ['{"a":1,"\\u0061":1}', /twice: a/],
  ['{"b":[{"a":{},"x":0,"a":{}}]}', /twice: a/],
  ['{"__proto__":{}}', /__proto__/],
])('refuses %s, which two readers may read in two ways', (text, said) => {
  expect(() => parseStrictJson(text)).toThrow(said);
});

it('throws what JSON.parse throws of what is no JSON', () => {
  expect(() => parseStrictJson('{"a":')).toThrow(SyntaxError);
});
