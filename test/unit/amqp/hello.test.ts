import { describe, expect, it } from 'vitest';
import { helloBytes, parseHello } from '../../../src/amqp/hello.js';

describe('hello', () => {
  const said = { worker: 3, workers: 8, incarnation: 'a' };

  it('is heard as it was said', () => expect(parseHello(helloBytes(said))).toEqual(said));

  it.each([
    '',
    'null',
    '[]',
    '7',
    '{"worker":1}',
    JSON.stringify({ ...said, worker: 8 }),
    JSON.stringify({ ...said, worker: -1 }),
    JSON.stringify({ ...said, workers: 8.5 }),
    JSON.stringify({ ...said, incarnation: 1 }),
  ])('is not heard in %s', (text) => expect(parseHello(Buffer.from(text))).toBe(undefined));
});
