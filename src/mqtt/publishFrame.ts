export interface PublishRoute {
  readonly topic: string;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly contentType?: string; // MQTT 5
  readonly expirySeconds?: number; // MQTT 5
  readonly correlationData?: Uint8Array; // MQTT 5: of the question that this answers
}

/** What every QoS 0 PUBLISH on a route has in common: topic name and, in MQTT 5, properties. [MQTT-3.3.2] */
export const publishHead = (
  { topic, contentType, expirySeconds, correlationData }: PublishRoute,
  protocolVersion: 4 | 5,
): Buffer => {
  const parts = [lengthPrefixed(topic)];
  if (protocolVersion === 5) {
    const properties: Buffer[] = [];
    if (expirySeconds !== undefined) {
      const property = Buffer.alloc(5);
      property[0] = 0x02;
      property.writeUInt32BE(Math.min(expirySeconds, 0xffff_ffff), 1);
      properties.push(property);
    }
    if (contentType !== undefined) properties.push(Buffer.from([0x03]), lengthPrefixed(contentType));
    if (correlationData !== undefined) properties.push(Buffer.from([0x09]), lengthPrefixed(correlationData));
    const length = properties.reduce((sum, { length }) => sum + length, 0);
    parts.push(Buffer.from(variableByteInteger(length)), ...properties);
  }
  return Buffer.concat(parts);
};

/** Bytes of the fixed header before `remainingLength` bytes: 2 to 5. */
export const publishHeaderBytes = (remainingLength: number): number =>
  remainingLength < 0x80 ? 2 : remainingLength < 0x4000 ? 3 : remainingLength < 0x20_0000 ? 4 : 5;

/** Writes the fixed header of a QoS 0 PUBLISH to `target` at `offset`. */
export const writePublishHeader = (
  target: Uint8Array,
  offset: number,
  retain: boolean,
  remainingLength: number,
): void => {
  target[offset] = retain ? 0x31 : 0x30;
  let at = offset + 1;
  let rest = remainingLength;
  do {
    target[at++] = rest > 127 ? (rest & 127) | 128 : rest;
    rest >>>= 7;
  } while (rest > 0);
};

const lengthPrefixed = (content: string | Uint8Array): Buffer => {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : Buffer.from(content);
  if (bytes.length > 65_535)
    throw new RangeError(`publishHead: at most 65,535 bytes of topic or property, got ${bytes.length}`);
  const out = Buffer.allocUnsafe(bytes.length + 2);
  out.writeUInt16BE(bytes.length, 0);
  bytes.copy(out, 2);
  return out;
};

const variableByteInteger = (value: number): number[] =>
  value > 127 ? [(value & 127) | 128, ...variableByteInteger(value >>> 7)] : [value];
