/** The payload as a Buffer over the same bytes. */
export const asBuffer = (payload: Uint8Array): Buffer =>
  Buffer.isBuffer(payload) ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);

/** The payload as text, without a byte order mark; bytes which are no UTF-8 become U+FFFD. */
export const utf8 = (payload: Uint8Array): string => {
  const start = payload[0] === 0xef && payload[1] === 0xbb && payload[2] === 0xbf ? 3 : 0;
  return asBuffer(payload).toString('utf8', start);
};
