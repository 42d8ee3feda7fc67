import { createHash } from 'node:crypto';
import { z } from 'zod';
import { readEnvelope } from '../signatures/envelope.js';
import type { TrustedKeys } from '../signatures/trustedKeys.js';

export const devicePayloadType = 'application/vnd.stepcast.device-model+json';
export const mostDeviceBytes = 1_048_576; // of a blob: no slot is larger

const schema = z.strictObject({
  push: z.literal(1),
  name: z.string().min(1).max(128),
  version: z.int().min(1).max(0xffff_ffff),
  node: z.string().min(1).max(256),
  device: z.string().regex(/^[A-Za-z0-9_.-]{1,24}$/),
  created: z.int().nonnegative(),
  expires: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  blob: z.base64(),
});

/** A model for one device of one node: what is signed is all of it. Times in epoch milliseconds. */
export type DevicePush = Readonly<Omit<z.output<typeof schema>, 'blob' | 'push'>> & { readonly bytes: Buffer };

export const deviceModelTopic = (prefix: string, node: string, device: string): string =>
  `${prefix}/${node}/device/${device}/model`;

export const composeDevicePush = ({ bytes, ...push }: Omit<DevicePush, 'sha256'>): Buffer =>
  Buffer.from(JSON.stringify({ push: 1, ...push, sha256: sha256(bytes), blob: bytes.toString('base64') }));

/** What an envelope holds, when it may be used by this node for this device now. @throws {RangeError} saying why not. */
export function readDevicePush(
  payload: Uint8Array,
  trusted: TrustedKeys,
  here: { readonly node: string; readonly device: string; readonly trustedMs: number | undefined },
): DevicePush {
  if (payload.length > 2 * mostDeviceBytes) throw new RangeError(`it has ${payload.length} bytes`);
  const envelope = readEnvelope(payload);
  if (envelope.payloadType !== devicePayloadType) throw new RangeError(`its payload type is not ${devicePayloadType}`);
  const verdict = trusted.judge(envelope);
  if (!verdict.ok) throw new RangeError(verdict.reason);
  const parsed = schema.safeParse(JSON.parse(envelope.payload.toString()));
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new RangeError(`${path.join('.') || 'the manifest'}: ${message}`);
  }
  const { blob, push: _, ...push } = parsed.data;
  const bytes = Buffer.from(blob, 'base64');
  if (push.node !== here.node || push.device !== here.device)
    throw new RangeError(`it is for ${push.device} at ${push.node}`);
  if (sha256(bytes) !== push.sha256) throw new RangeError('its SHA-256 differs');
  if (here.trustedMs === undefined) throw new RangeError('this node does not know the time yet');
  if (push.expires <= here.trustedMs) throw new RangeError(`it expired ${new Date(push.expires).toISOString()}`);
  return { ...push, bytes };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
