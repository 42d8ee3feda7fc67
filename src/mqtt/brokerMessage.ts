import type { AckTicket, ReceivedPublish } from './deferredAck.js';

/** Takes a message by returning true, and acknowledges it some time; false offers it to the next listener. */
export type MessageListener = (message: BrokerMessage) => boolean;

/** One PUBLISH as it was delivered, not yet acknowledged. */
export class BrokerMessage {
  readonly topic: string;
  readonly payload: Buffer; // a view into a network buffer: copy what is kept
  readonly packetId: number | undefined; // at QoS 1
  readonly redelivered: boolean;
  readonly retained: boolean; // sent because of a new subscription: an old value

  constructor(
    private readonly packet: ReceivedPublish,
    readonly ticket: AckTicket, // all that must be kept to acknowledge it later
    readonly session: number, // broker sessions so far
  ) {
    this.topic = packet.topic;
    this.payload = packet.payload as Buffer;
    this.packetId = packet.qos === 1 ? packet.messageId : undefined;
    this.redelivered = packet.dup;
    this.retained = packet.retain;
  }

  get contentType(): string | undefined {
    return this.packet.properties?.contentType;
  }

  get responseTopic(): string | undefined {
    return this.packet.properties?.responseTopic;
  }

  get correlationData(): Buffer | undefined {
    return this.packet.properties?.correlationData;
  }

  /** Once everything in it is safe, or not wanted. See `AckTicket`. */
  acknowledge(): void {
    this.ticket.acknowledge();
  }
}
