import { setTimeout as delay } from 'node:timers/promises';
import mqtt from 'mqtt';

/** Messages that the broker still holds for a client that is gone: delivered or queued, and not acknowledged. Ends the session. */
export async function leftInSession(url: string, clientId: string): Promise<number> {
  let left = 0;
  const client = mqtt.connect(url, { protocolVersion: 5, clientId, clean: false, reconnectPeriod: 0 });
  client.on('message', () => left++);
  const [connack] = await new Promise<[{ sessionPresent: boolean }]>((resolve, reject) => {
    client.once('connect', (packet) => resolve([packet]));
    client.once('error', reject);
  });
  if (!connack.sessionPresent) throw new Error(`the broker has no session of ${clientId}`);
  await delay(300);
  await client.endAsync(true);
  return left;
}
