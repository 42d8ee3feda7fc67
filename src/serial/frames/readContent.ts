import { crc16 } from './crc16.js';
import { type Layout, layouts } from './layouts.js';
import type { Message, Verdict } from './messages.js';
import { protocolVersion } from './writeFrame.js';

const hellos = [0x01, 0x81];
const ofHost = 0x80;

export type Side = 'host' | 'device';

/** A message, or why it is none; `type` as far as the frame was right. */
export type ReadFrame =
  | { readonly message: Message }
  | { readonly verdict: Verdict; readonly type: number; readonly isEcho: boolean };

const byType = new Map(layouts.map((layout) => [layout.type, layout]));

/** The content of a frame as `receiver` has to read it, in the order of the protocol: short, crc, version, type, length, value. */
export function readContent(content: Uint8Array, receiver: Side): ReadFrame {
  const bad = (verdict: Verdict, type = 0, isEcho = false): ReadFrame => ({ verdict, type, isEcho });
  if (content.length < 4) return bad('short');
  const end = content.length - 2;
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  if (view.getUint16(end, true) !== crc16(content.subarray(0, end))) return bad('crc');
  const [version, type] = content;
  if (version !== protocolVersion && !hellos.includes(type)) return bad('version', type);
  const isEcho = ((type & ofHost) !== 0) === (receiver === 'host');
  const layout = byType.get(type);
  if (!layout || isEcho) return bad('type', type, isEcho);
  const message = readPayload(layout, new DataView(content.buffer, content.byteOffset + 2, end - 2));
  return typeof message === 'string' ? bad(message, type) : { message };
}

function readPayload({ name, fields, tail, fits }: Layout, view: DataView): Message | 'length' | 'value' {
  const message: Record<string, unknown> = { name };
  const size = fields.reduce((sum, field) => sum + field.size, 0);
  const rest = view.byteLength - size;
  if (rest < 0 || (tail === undefined && rest !== 0) || (tail === 'some bytes' && rest === 0)) return 'length';
  if (tail === 'rows' && rest !== rowsSize(fields, view)) return 'length';
  let at = 0;
  let isRight = true;
  for (const field of fields) {
    const value = field.read(view, at);
    isRight &&= value !== undefined;
    if (field.name !== '') message[field.name] = value;
    at += field.size;
  }
  if (tail === 'rows') isRight = readRows(message, view, size) && isRight;
  else if (tail) message.data = new Uint8Array(view.buffer, view.byteOffset + size, rest).slice();
  if (!isRight || (fits && !fits(message as never))) return 'value';
  delete message.levelCount;
  delete message.count;
  return message as unknown as Message;
}

/** How long the rows of a forecast have to be, by what it says of itself. */
function rowsSize(fields: Layout['fields'], view: DataView): number {
  let at = 0;
  const counts: Record<string, number> = {};
  for (const { name, size } of fields) {
    if (name === 'levelCount' || name === 'count') counts[name] = view.getUint8(at);
    at += size;
  }
  return counts.levelCount * (2 + 4 * counts.count);
}

function readRows(message: Record<string, unknown>, view: DataView, at: number): boolean {
  const { levelCount: L, count } = message as { levelCount: number | undefined; count: number | undefined };
  if (L === undefined || count === undefined) return false;
  const levels = Array.from({ length: L }, (_, i) => view.getUint16(at + 2 * i, true));
  const values = Array.from({ length: count }, (_, row) =>
    Array.from({ length: L }, (_, i) => view.getFloat32(at + 2 * L + 4 * (row * L + i), true)),
  );
  Object.assign(message, { levels, values });
  const isAscending = levels.every((level, i) => level >= 1 && level <= 9999 && (i === 0 || level > levels[i - 1]));
  return isAscending && values.flat().every(Number.isFinite);
}
