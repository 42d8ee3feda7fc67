import type { Duplex, Writable } from 'node:stream';
import type { IPublishPacket, MqttClient } from 'mqtt';
import { PlainPublishes } from './plainPublishes.js';
import { createTurnWriter, type TurnWriter } from './turnWriter.js';

/** One network connection. Packet ids and acknowledgements belong to it and end with it. */
export interface Link {
  readonly stream: Duplex;
  readonly writer: TurnWriter;
}

/** The promise to acknowledge one message. At QoS 0 the broker is told nothing of it, but it counts as ours until then. */
export interface AckTicket {
  /** At QoS 1, PUBACK at the end of this turn, after those of all messages received before it. Nothing after the connection is gone; nothing twice. */
  acknowledge(): void;
}

export interface DeferredAcks {
  /** The connection of this moment; a new one is a new object. */
  link(): Link;
  /** Messages of the present connection that were delivered and not yet acknowledged: at QoS 1, on the wire. */
  readonly unacknowledged: number;
  /** Whether the limit is reached and a message, with all behind it, waits to be delivered. */
  readonly holding: boolean;
  /** Writes what is due at once, instead of at the end of the turn. */
  flush(): void;
  /**
   * `flush`, and nothing more on this connection: DISCONNECT comes next. What still arrives is read and left to the broker: a socket
   * that is closed with unread input is reset, and what it had to send is lost with it.
   */
  shut(): void;
}

export type ReceivedPublish = Pick<
  IPublishPacket,
  'topic' | 'payload' | 'qos' | 'messageId' | 'dup' | 'retain' | 'properties'
>;

export interface DeferAcksOptions {
  /**
   * Unacknowledged messages; above, nothing more is read, so that the broker holds them, or drops those of QoS 0. Mosquitto 2.0.11 sends
   * more than the Receive Maximum, MQTT 3.1.1 has none, and neither counts QoS 0.
   */
  readonly limit: number;
  readonly deliver: (packet: ReceivedPublish, ticket: AckTicket) => void;
  /** Called whenever bytes written through the link have left. */
  readonly written?: () => void;
}

/** Passed to mqtt.js to say "go on, and send no PUBACK": `handleMessage` skips it on an error, and the error goes nowhere. */
const withoutPuback = new Error('PUBACK follows the commit');

/**
 * The one seam into mqtt.js. Its pump sends PUBACK from the callback of `handleMessage` and handles one packet at a time; here it goes on at
 * once and the PUBACKs, in the order of receipt [MQTT-4.6.0-2], follow in one write a turn. They go to the stream that delivered the
 * message and to no other: on the next connection the same packet id may belong to another message. What `PlainPublishes` can read does
 * not come to the pump at all: for that the client must be made with `manualConnect`, and connected after this.
 *
 * @throws {TypeError} when the client makes its streams in another way than mqtt.js 5 does.
 */
export const deferAcks = (
  client: MqttClient,
  { limit, deliver, written = () => {} }: DeferAcksOptions,
): DeferredAcks => {
  let current: AckQueue | undefined;
  let held: (() => void) | undefined; // goes on with the pump of the present connection
  let shut = false;

  const flushed = () => {
    written();
    if (!held || queue().length >= limit) return;
    const goOn = held;
    held = undefined;
    client.reschedulePing(true);
    goOn();
  };

  const queue = (): AckQueue => {
    const stream = client.stream as unknown as Duplex;
    if (current?.stream !== stream) {
      current = new AckQueue(stream, flushed);
      held = undefined; // its connection is gone: the message will come again
    }
    return current;
  };

  /** False when the limit is reached. */
  const offer = (packet: ReceivedPublish): boolean => {
    if (shut) return true;
    const acks = queue();
    if (acks.length >= limit) return false;
    deliver(packet, acks.expect(packet.qos === 1 ? packet.messageId : undefined));
    return true;
  };
  const take = (packet: ReceivedPublish, goOn: () => void): boolean => {
    if (offer(packet)) return true;
    held = () => {
      offer(packet);
      goOn();
    };
    return false;
  };

  client.handleMessage = (packet, callback) => {
    const goOn = (): void => callback(withoutPuback);
    if (take(packet, goOn)) goOn();
  };
  readPlainPublishes(client, take);

  return {
    link: queue,
    get unacknowledged() {
      return current?.length ?? 0;
    },
    get holding() {
      return held !== undefined;
    },
    flush: () => {
      current?.flush();
      current?.writer.flush();
    },
    shut: () => {
      current?.shut();
      shut = true;
      const goOn = held;
      held = undefined;
      goOn?.();
    },
  };
};

/** Has every stream that the client will make lead through `PlainPublishes` to the parser. */
function readPlainPublishes(client: MqttClient, take: (packet: ReceivedPublish, goOn: () => void) => boolean): void {
  const streams = client as unknown as { streamBuilder: (client: MqttClient) => Duplex };
  const build = streams.streamBuilder;
  if (typeof build !== 'function' || client.stream)
    throw new TypeError('deferAcks: a client of mqtt.js 5 that is not connected yet');
  streams.streamBuilder = (of) => {
    const stream = build(of);
    const isCurrent = (): boolean => (client.stream as unknown) === stream;
    const pipe = stream.pipe.bind(stream);
    stream.pipe = <T extends NodeJS.WritableStream>(parser: T): T => {
      pipe(
        new PlainPublishes({
          protocolVersion: client.options.protocolVersion === 5 ? 5 : 4,
          parser: parser as unknown as Writable,
          take: (packet, goOn) => !isCurrent() || take(packet, goOn),
        }),
      );
      return parser;
    };
    return stream;
  };
}

class AckQueue implements Link {
  readonly writer: TurnWriter;
  private tickets: Ticket[] = []; // in the order of receipt
  private head = 0; // of those not yet acknowledged on the wire
  private scheduled = false;
  private closed = false;

  constructor(
    readonly stream: Duplex,
    private readonly written: () => void,
  ) {
    this.writer = createTurnWriter(stream, written);
  }

  get length(): number {
    return this.tickets.length - this.head;
  }

  expect(packetId: number | undefined): Ticket {
    const ticket = new Ticket(this, packetId);
    this.tickets.push(ticket);
    return ticket;
  }

  /** Called by a ticket: something at or behind the head may be due. */
  settled(ticket: Ticket): void {
    if (this.scheduled || this.tickets[this.head] !== ticket) return;
    this.scheduled = true;
    queueMicrotask(() => this.flush());
  }

  shut(): void {
    this.flush();
    this.writer.flush();
    this.closed = true;
  }

  flush(): void {
    this.scheduled = false;
    let end = this.head;
    while (end < this.tickets.length && this.tickets[end].acknowledged) end++;
    if (this.closed || this.stream.destroyed || this.stream.writableEnded) {
      this.head = end;
    } else {
      let silent = this.head < end;
      for (; this.head < end; this.head++) {
        const { packetId } = this.tickets[this.head];
        if (packetId === undefined) continue;
        silent = false;
        const { buffer, offset } = this.writer.take(4);
        buffer[offset] = 0x40;
        buffer[offset + 1] = 2;
        buffer[offset + 2] = packetId >>> 8;
        buffer[offset + 3] = packetId & 0xff;
      }
      if (silent) queueMicrotask(this.written);
    }
    if (this.head === this.tickets.length) this.tickets = [];
    else if (this.head > 4_096) this.tickets = this.tickets.slice(this.head);
    else return;
    this.head = 0;
  }
}

class Ticket implements AckTicket {
  acknowledged = false;

  constructor(
    private readonly queue: AckQueue,
    readonly packetId: number | undefined, // at QoS 1
  ) {}

  acknowledge(): void {
    if (this.acknowledged) return;
    this.acknowledged = true;
    this.queue.settled(this);
  }
}
