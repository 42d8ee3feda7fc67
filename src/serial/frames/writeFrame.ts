import { cobsEncode } from './cobs.js';
import { crc16 } from './crc16.js';
import { type Layout, layouts } from './layouts.js';
import type { Message } from './messages.js';

export const protocolVersion = 1;

const byName = new Map(layouts.map((layout) => [layout.name, layout]));

/** A message as it goes over the line, its delimiter included. */
export function writeFrame(message: Message): Uint8Array {
  const layout = byName.get(message.name)!;
  const payload = writePayload(layout, message);
  const content = new Uint8Array(payload.length + 4);
  content[0] = protocolVersion;
  content[1] = layout.type;
  content.set(payload, 2);
  new DataView(content.buffer).setUint16(payload.length + 2, crc16(content.subarray(0, payload.length + 2)), true);
  const encoded = cobsEncode(content);
  const frame = new Uint8Array(encoded.length + 1);
  frame.set(encoded);
  return frame;
}

function writePayload({ fields, tail }: Layout, message: Message): Uint8Array {
  const values = tail === 'rows' ? withCounts(message as never) : (message as unknown as Record<string, unknown>);
  const rest = tail === undefined ? [] : tail === 'rows' ? rowBytes(message as never) : (values.data as Uint8Array);
  const size = fields.reduce((sum, field) => sum + field.size, 0);
  const payload = new Uint8Array(size + rest.length);
  const view = new DataView(payload.buffer);
  let at = 0;
  for (const field of fields) {
    if (field.name !== '') field.write(view, at, values[field.name] as never);
    at += field.size;
  }
  payload.set(rest, size);
  return payload;
}

interface Rows {
  readonly levels: readonly number[];
  readonly values: readonly (readonly number[])[];
}

const withCounts = (message: Rows): Record<string, unknown> => ({
  ...message,
  levelCount: message.levels.length,
  count: message.values.length,
});

function rowBytes({ levels, values }: Rows): Uint8Array {
  const bytes = new Uint8Array(2 * levels.length + 4 * levels.length * values.length);
  const view = new DataView(bytes.buffer);
  for (const [i, level] of levels.entries()) view.setUint16(2 * i, level, true);
  for (const [i, value] of values.flat().entries()) view.setFloat32(2 * levels.length + 4 * i, value, true);
  return bytes;
}
