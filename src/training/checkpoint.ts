/** Numbers and arrays of a training run as they stand: what a checkpoint file holds. */
export interface Checkpoint {
  readonly about: unknown; // plain data
  readonly arrays: ReadonlyMap<string, Float32Array>;
}

const magic = 'stepcast-checkpoint-1\n';

/**
 * A checkpoint as bytes: the line above, one line of JSON, then the float32 arrays one after another, little-endian. The JSON
 * says their names and lengths, so that a file cut short is known as such.
 */
export function encodeCheckpoint({ about, arrays }: Checkpoint): Uint8Array<ArrayBuffer> {
  const list = [...arrays].map(([name, { length }]) => [name, length]);
  const head = new TextEncoder().encode(`${magic}${JSON.stringify({ about, arrays: list })}\n`);
  const size = [...arrays.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  const bytes = new Uint8Array(head.length + size);
  bytes.set(head);
  let at = head.length;
  for (const { buffer, byteOffset, byteLength } of arrays.values()) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

/** @throws {RangeError} for bytes that are no checkpoint, or not all of one. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const text = new TextDecoder().decode(bytes.subarray(0, magic.length));
  const end = bytes.indexOf(10, magic.length);
  if (text !== magic || end < 0) throw new RangeError('it is no checkpoint of this version');
  const { about, arrays: list } = JSON.parse(new TextDecoder().decode(bytes.subarray(magic.length, end)));
  const arrays = new Map<string, Float32Array>();
  let at = end + 1;
  for (const [name, length] of list as [string, number][]) {
    if (at + 4 * length > bytes.length) throw new RangeError('it is cut short');
    const start = bytes.byteOffset + at;
    arrays.set(name, new Float32Array(bytes.buffer.slice(start, start + 4 * length)));
    at += 4 * length;
  }
  if (at !== bytes.length) throw new RangeError('it is longer than it says');
  return { about, arrays };
}
