import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import mqttPacket, {
  type IConnackPacket,
  type IConnectPacket,
  type IPublishPacket,
  type ISubscribePacket,
  type Packet,
} from 'mqtt-packet';

export interface FakeBrokerOptions {
  /** What a CONNECT is answered with; `close` hangs up instead. Default: accepted, session present from the second on. */
  connack?: (connect: IConnectPacket, index: number) => Partial<IConnackPacket> | 'close';
  /** Granted QoS or a failure code for each filter. Default: what was asked for. */
  suback?: (subscribe: ISubscribePacket) => number[];
  /** Told of each packet the moment it arrives, before it is answered; `connection` is that of `FakeBroker.connection`. */
  onPacket?: (packet: Packet, connection: number) => void;
}

export type PacketOf<C extends string> = Extract<Packet, { cmd: C }>;

/** One network connection of a client, packet by packet. */
export interface FakeConnection {
  readonly connect: IConnectPacket;
  readonly received: readonly Packet[];
  send(packet: Packet): void;
  /** A PUBLISH at QoS 1 under the packet id the test chooses. */
  deliver(messageId: number, topic: string, payload: string | Buffer, more?: Partial<IPublishPacket>): void;
  /** Resolves once `count` packets of this kind have arrived since the connection began. */
  wait<C extends Packet['cmd']>(cmd: C, count?: number): Promise<PacketOf<C>[]>;
  /** Every packet so far, once the line has been quiet for 50 ms: to show that something was not sent. */
  settled(): Promise<readonly Packet[]>;
  /** Answers no more PINGREQ. */
  mute(): void;
  /** Reads nothing more, until `read`. */
  stall(): void;
  read(): void;
  /** Cuts the connection without a DISCONNECT. */
  drop(): void;
  readonly closed: Promise<void>;
}

export interface FakeBroker {
  readonly port: number;
  readonly url: string;
  /** The n-th accepted connection, from 0; waits for it. */
  connection(index: number): Promise<FakeConnection>;
  readonly connects: readonly IConnectPacket[]; // refused ones too
  close(): Promise<void>;
}

/** A broker that does what the test says, right or wrong: it chooses packet ids, refuses, hangs up. MQTT 3.1.1 and 5. */
export const startFakeBroker = async ({ connack, suback, onPacket }: FakeBrokerOptions = {}): Promise<FakeBroker> => {
  const sockets = new Set<Socket>();
  const accepted: FakeConnection[] = [];
  const connects: IConnectPacket[] = [];
  const waiting: (() => void)[] = [];
  const wake = () => {
    for (const check of waiting.splice(0)) check();
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const closed = once(socket, 'close').then(() => {
      sockets.delete(socket);
      wake();
    });
    const received: Packet[] = [];
    let muted = false;
    const options = { protocolVersion: 5 };
    const parser = mqttPacket.parser();
    let index = -1;
    const send = (packet: Packet) => socket.write(mqttPacket.generate(packet, options));

    parser.on('packet', (packet: Packet) => {
      received.push(packet);
      if (index >= 0) onPacket?.(packet, index);
      if (packet.cmd === 'connect') {
        options.protocolVersion = packet.protocolVersion ?? 4;
        const answer = connack?.(packet, connects.length) ?? {};
        connects.push(packet);
        if (answer === 'close') socket.destroy();
        else {
          const sessionPresent = accepted.length > 0;
          send({ cmd: 'connack', reasonCode: 0, returnCode: 0, sessionPresent, ...answer } as IConnackPacket);
          if ((answer.reasonCode ?? 0) === 0 && (answer.returnCode ?? 0) === 0)
            index = accepted.push(connection(packet)) - 1;
          else socket.end();
        }
      }
      if (packet.cmd === 'subscribe') {
        const granted = suback?.(packet) ?? packet.subscriptions.map(({ qos }) => qos);
        send({ cmd: 'suback', messageId: packet.messageId, granted } as Packet);
      }
      if (packet.cmd === 'publish' && packet.qos === 1) send({ cmd: 'puback', messageId: packet.messageId } as Packet);
      if (packet.cmd === 'pingreq' && !muted) send({ cmd: 'pingresp' });
      wake();
    });
    socket.on('data', (bytes) => parser.parse(bytes));

    const until = (done: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const check = () => (done() ? resolve() : void waiting.push(check));
        check();
      });
    const connection = (connect: IConnectPacket): FakeConnection => ({
      connect,
      received,
      send,
      deliver: (messageId, topic, payload, more) =>
        send({ cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false, messageId, ...more }),
      wait: async <C extends Packet['cmd']>(cmd: C, count = 1) => {
        const found = () => received.filter((packet): packet is PacketOf<C> => packet.cmd === cmd);
        await until(() => found().length >= count);
        return found();
      },
      settled: async () => {
        for (let quiet = 0, seen = received.length; quiet < 5; seen = received.length) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          quiet = received.length === seen ? quiet + 1 : 0;
        }
        return received;
      },
      mute: () => {
        muted = true;
      },
      stall: () => socket.pause(),
      read: () => socket.resume(),
      drop: () => socket.destroy(),
      closed,
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  return {
    port: address.port,
    url: `mqtt://127.0.0.1:${address.port}`,
    connects,
    connection: (index) =>
      new Promise((resolve) => {
        const check = () => (accepted[index] ? resolve(accepted[index]) : void waiting.push(check));
        check();
      }),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
