const longestRun = 254;

/** Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): the same bytes without a zero among them. */
export function cobsEncode(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + Math.floor(data.length / longestRun) + 1);
  let codeAt = 0;
  let at = 1;
  const endRun = (): void => {
    out[codeAt] = at - codeAt;
    codeAt = at++;
  };
  for (const byte of data) {
    if (at - codeAt > longestRun) endRun();
    if (byte === 0) endRun();
    else out[at++] = byte;
  }
  out[codeAt] = at - codeAt;
  return out.subarray(0, at);
}

/** What was encoded; undefined when a code points past the end, or a zero is among the bytes. */
export function cobsDecode(encoded: Uint8Array): Uint8Array | undefined {
  const out = new Uint8Array(encoded.length);
  let length = 0;
  let at = 0;
  while (at < encoded.length) {
    const code = encoded[at++];
    const end = at + code - 1;
    if (code === 0 || end > encoded.length) return undefined;
    while (at < end) out[length++] = encoded[at++];
    if (code <= longestRun && at < encoded.length) out[length++] = 0;
  }
  return out.subarray(0, length);
}
