import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { PacketReader } from './packetReader.js';

const keepaliveSeconds = 60;

/** A client as cheap as can be, so that what is measured is the subject: MQTT 3.1.1 on a bare socket, bytes in and out. */
export interface RawClient {
  readonly acknowledged: number; // PUBACKs
  readonly received: number; // PUBLISHes
  /** Called for every PUBLISH with where its topic stands in `bytes`. */
  onPublish: (bytes: Buffer, topicStart: number, topicEnd: number) => void;
  subscribe(filter: string): Promise<void>;
  /** Frames as `publishFrame` makes them, one after the other. */
  write(frames: Uint8Array): void;
  end(): void;
}

const typeOf = { connack: 2, publish: 3, puback: 4, suback: 9 };

export async function openRawClient(port: number, clientId: string): Promise<RawClient> {
  const socket: Socket = connect(port, '127.0.0.1').setNoDelay(true);
  await once(socket, 'connect');
  const waiting = new Map<number, () => void>();
  const answer = (type: number) => new Promise<void>((resolve) => waiting.set(type, resolve));
  const counts = { acknowledged: 0, received: 0 };
  const client: RawClient = {
    get acknowledged() {
      return counts.acknowledged;
    },
    get received() {
      return counts.received;
    },
    onPublish: () => {},
    subscribe: async (topic) => {
      const granted = answer(typeOf.suback);
      socket.write(encoded({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 0 }] }));
      await granted;
    },
    write: (frames) => void socket.write(frames),
    end: () => {
      clearInterval(pinger);
      socket.end(encoded({ cmd: 'disconnect' }));
    },
  };
  const reader = new PacketReader((bytes, start, body) => {
    const type = bytes[start] >>> 4;
    if (type === typeOf.publish) {
      counts.received++;
      client.onPublish(bytes, body + 2, body + 2 + bytes.readUInt16BE(body));
    } else if (type === typeOf.puback) counts.acknowledged++;
    else waiting.get(type)?.();
  });
  socket.on('data', (chunk) => reader.push(chunk));
  socket.on('error', () => {}); // the broker is stopped before its clients
  const connected = answer(typeOf.connack);
  socket.write(
    encoded({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clientId,
      clean: true,
      keepalive: keepaliveSeconds,
    }),
  );
  const pinger = setInterval(() => socket.write(encoded({ cmd: 'pingreq' })), (keepaliveSeconds * 1000) / 2);
  await connected;
  return client;
}

export const publishFrame = (topic: string, payload: string, messageId: number): Buffer =>
  encoded({ cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false, messageId });

const encoded = (packet: Packet): Buffer => mqttPacket.generate(packet);
