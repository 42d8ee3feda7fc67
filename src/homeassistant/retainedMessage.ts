export interface RetainedMessage {
  readonly topic: string;
  readonly qos: 0 | 1;
  readonly retain: true;
  readonly contentType?: string;
  readonly expirySeconds?: number;
  readonly payload: Uint8Array; // empty: the broker forgets the topic
}

/** Whether the message was accepted; one that was not is offered again. */
export type Send = (message: RetainedMessage) => boolean;

/** Discovery and what changes seldom; `text` is JSON, or empty. */
export const retained = (topic: string, text: string): RetainedMessage => ({
  topic,
  qos: 1,
  retain: true,
  ...(text !== '' && { contentType: 'application/json' }),
  payload: Buffer.from(text),
});
