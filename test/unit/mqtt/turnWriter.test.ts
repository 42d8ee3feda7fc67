import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTurnWriter } from '../../../src/mqtt/turnWriter.js';

const recorder = () => {
  const writes: Buffer[] = [];
  const stream = new Duplex({
    read() {},
    write(chunk, _, done) {
      writes.push(Buffer.from(chunk));
      done();
    },
  });
  return { stream, writes };
};

describe('turnWriter', () => {
  it('makes one write of everything in a turn', async () => {
    const { stream, writes } = recorder();
    const writer = createTurnWriter(stream, () => {});
    for (const text of ['ab', 'cd', 'ef']) writer.append(Buffer.from(text));
    expect(writes).toEqual([]);
    expect(writer.bufferedBytes).toBe(6);
    await Promise.resolve();
    expect(writes.map(String)).toEqual(['abcdef']);
    expect(writer.bufferedBytes).toBe(0);
  });

  it('keeps the order and every byte over many slabs, small pieces and large', async () => {
    const { stream, writes } = recorder();
    const writer = createTurnWriter(stream, () => {});
    const pieces = Array.from({ length: 400 }, (_, i) => Buffer.alloc((i * 7919) % 40_000, i % 251));
    for (const [index, piece] of pieces.entries()) {
      if (index % 3 === 0 && piece.length < 20_000) {
        const { buffer, offset } = writer.take(piece.length);
        piece.copy(buffer, offset);
      } else writer.append(piece);
      if (index % 50 === 0) await Promise.resolve();
    }
    writer.flush();
    expect(Buffer.concat(writes).equals(Buffer.concat(pieces))).toBe(true);
  });

  it.each([500, 20_000])(
    'lets nothing that others write come between the head of a packet and its %i bytes',
    (size) => {
      const { stream, writes } = recorder();
      const writer = createTurnWriter(stream, () => {});
      const payload = Buffer.alloc(size, 'p');
      for (let i = 0; i < 1_000; i++) {
        const { buffer, offset } = writer.take(3, size);
        buffer.write('<HH', offset);
        writer.append(payload);
        stream.write('!'); // as mqtt.js does, past the writer
      }
      writer.flush();
      const packets = Buffer.concat(writes).toString().replaceAll('!', '').split('<').slice(1);
      expect(packets).toHaveLength(1_000);
      expect(Buffer.concat(writes).toString()).not.toMatch(/<H*!|p!+p/);
      expect(new Set(packets)).toEqual(new Set([`HH${payload}`]));
    },
  );

  it('does not touch bytes that a slow stream still holds', async () => {
    const held: Buffer[] = [];
    const stream = new Duplex({ read() {}, write: (chunk) => void held.push(chunk) });
    const writer = createTurnWriter(stream, () => {});
    writer.append(Buffer.from('first'));
    await Promise.resolve();
    for (let i = 0; i < 100_000; i++) writer.append(Buffer.from('later'));
    writer.flush();
    expect(String(held[0])).toBe('first');
    expect(writer.bufferedBytes).toBe(500_005);
  });

  it('says when bytes have left', async () => {
    const { stream } = recorder();
    let calls = 0;
    const writer = createTurnWriter(stream, () => calls++);
    writer.append(Buffer.from('x'));
    expect(calls).toBe(0);
    writer.flush();
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toBe(1);
  });

  it('writes nothing to a stream that is gone', async () => {
    const { stream, writes } = recorder();
    const writer = createTurnWriter(stream, () => {});
    writer.append(Buffer.from('x'));
    stream.destroy();
    await Promise.resolve();
    expect(writes).toEqual([]);
  });
});
