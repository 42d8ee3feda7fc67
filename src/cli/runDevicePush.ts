import { readFile } from 'node:fs/promises';
import { StepcastError } from '../errors.js';
import type { Io } from '../io.js';
import { connectToBroker } from '../mqtt/brokerClient.js';
import {
  composeDevicePush,
  deviceModelTopic,
  devicePayloadType,
  mostDeviceBytes,
} from '../registry/push/devicePush.js';
import { sealEnvelope } from '../registry/signatures/envelope.js';
import type { DevicePushCommand } from './bodies.js';
import { signingKey } from './pushFile.js';

const lookEveryMs = 100;

interface Answer {
  readonly sha256?: string;
  readonly version?: number;
  readonly state: string;
  readonly reason?: string;
}

/** Sends a model to one device, and tells what became of it. */
export async function runDevicePush(
  command: DevicePushCommand,
  { signal, stdout, stderr, nowMs }: Io & { readonly signal: AbortSignal },
): Promise<boolean> {
  const { name, version, node, device, expires, waitMs, json } = command;
  const keys = command.keys.map(signingKey);
  const bytes = await readBlob(command.file);
  const created = nowMs();
  const envelope = sealEnvelope(
    devicePayloadType,
    composeDevicePush({ name, version, node, device, created, expires, bytes }),
    keys,
  );
  const topic = deviceModelTopic(command.prefix, node, device);
  const client = await connectToBroker(command.broker);
  let answer: Answer | undefined;
  try {
    await client.subscribe([`${topic}/state`], (_, payload) => {
      const heard = JSON.parse(payload.toString()) as Answer & { readonly time: number };
      if (heard.time >= created && (heard.version ?? version) === version) answer = heard;
    });
    await client.retain({ topic, payload: envelope, expirySeconds: Math.ceil((expires - created) / 1000) });
    const deadlineMs = performance.now() + waitMs;
    while (!isFinal(answer) && performance.now() < deadlineMs && !signal.aborted)
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    if (isFinal(answer)) await client.retain({ topic, payload: new Uint8Array() });
  } finally {
    await client.close();
  }
  const { state = 'no answer', reason } = answer ?? {};
  if (json) stdout.write(`${JSON.stringify({ name, version, node, device, state, ...(reason && { reason }) })}\n`);
  else stdout.write(`${device} at ${node}: ${state}${reason ? ` (${reason})` : ''}\n`);
  if (!isFinal(answer))
    stderr.write('stepcast: push: the model waits at the broker until the device is there, or it expires\n');
  return state === 'active';
}

const isFinal = (answer: Answer | undefined): boolean =>
  answer !== undefined && ['active', 'rejected', 'rolled-back'].includes(answer.state);

async function readBlob(path: string): Promise<Buffer> {
  const problem = (message: string, cause?: unknown): StepcastError =>
    new StepcastError({
      ...{ code: 'MODEL_UNREADABLE', op: 'read', subject: path, message, cause },
      hint: 'give a blob that `stepcast export-c` wrote',
    });
  const bytes = await readFile(path).catch((cause) => {
    throw problem(cause.code === 'ENOENT' ? 'there is no such file' : String(cause.code), cause);
  });
  if (bytes.length === 0 || bytes.length > mostDeviceBytes) throw problem(`it has ${bytes.length} bytes`);
  return bytes;
}
