/* What goes over the line, field by field as firmware-bridge/protocol/README.md section 3 has it. Hashes are hexadecimal. */

export interface DeviceHello {
  readonly name: 'HELLO';
  readonly min: number;
  readonly max: number;
  readonly chosen: number;
  readonly flags: number;
  readonly nonce: number;
  readonly id: string;
  readonly firmware: string;
  readonly boot: number;
  readonly bootCount: number;
  readonly resetReason: number;
  readonly cell: number;
  readonly slot: number;
  readonly slotState: number;
  readonly modelVersion: number;
  readonly modelSha256: string;
  readonly slotBytes: number;
  readonly stateBytes: number;
  readonly ringCapacity: number;
  readonly ringUsed: number;
  readonly channels: number;
  readonly maxPayload: number;
}

export interface ChannelMessage {
  readonly name: 'CHANNEL';
  readonly channel: number;
  readonly stepMs: number;
  readonly label: string;
  readonly unit: string;
}

export interface ReadingMessage {
  readonly name: 'READING';
  readonly boot: number;
  readonly sequence: number;
  readonly held: number;
  readonly channel: number;
  readonly flags: number;
  readonly ms: number;
  readonly value: number;
}

interface ForecastFields {
  readonly boot: number;
  readonly sequence: number;
  readonly stepMs: number;
  readonly channel: number;
  readonly horizon: number;
  readonly first: number;
  readonly levels: readonly number[]; // ten-thousandths
  readonly values: readonly (readonly number[])[]; // a row a step
}

interface StateFields {
  readonly channel: number;
  readonly offset: number;
  readonly total: number;
  readonly crc32: number;
  readonly sequence: number;
  readonly model: string;
  readonly data: Uint8Array;
}

interface NakFields {
  readonly code: number;
  readonly type: number;
  readonly detail: number;
}

export interface StatsMessage {
  readonly name: 'STATS';
  readonly boot: number;
  readonly uptimeMs: number;
  readonly readings: number;
  readonly dropped: number;
  readonly resent: number;
  readonly frames: number;
  readonly crcErrors: number;
  readonly malformed: number;
  readonly overruns: number;
  readonly ringUsed: number;
  readonly ringPeak: number;
  readonly forecasts: number;
}

export interface TimeMessage {
  readonly name: 'TIME';
  readonly id: number;
  readonly receivedMs: number;
  readonly sentMs: number;
}

export interface ModelMessage {
  readonly name: 'MODEL';
  readonly transfer: number;
  readonly status: number;
  readonly slot: number;
  readonly offset: number;
}

export interface StateMessage extends StateFields {
  readonly name: 'STATE';
}

export interface StateStatusMessage {
  readonly name: 'STATE_STATUS';
  readonly channel: number;
  readonly status: number;
  readonly offset: number;
}

export interface NakMessage extends NakFields {
  readonly name: 'NAK';
}

export type DeviceMessage =
  | DeviceHello
  | ChannelMessage
  | ReadingMessage
  | ({ readonly name: 'FORECAST' } & ForecastFields)
  | TimeMessage
  | StatsMessage
  | ModelMessage
  | StateMessage
  | StateStatusMessage
  | NakMessage;

export type HostMessage =
  | {
      readonly name: 'HOST_HELLO';
      readonly min: number;
      readonly max: number;
      readonly flags: number;
      readonly maxPayload: number;
      readonly nonce: number;
      readonly node: string;
    }
  | {
      readonly name: 'ACK';
      readonly boot: number;
      readonly committed: number;
      readonly received: number;
      readonly credit: number;
    }
  | ({ readonly name: 'HOST_FORECAST' } & ForecastFields)
  | { readonly name: 'TIME_GET'; readonly id: number }
  | {
      readonly name: 'TIME_SET';
      readonly boot: number;
      readonly deviceMs: number;
      readonly epochMs: number;
      readonly uncertaintyMs: number;
    }
  | ({ readonly name: 'HOST_NAK' } & NakFields)
  | {
      readonly name: 'MODEL_BEGIN';
      readonly transfer: number;
      readonly version: number;
      readonly size: number;
      readonly crc32: number;
      readonly sha256: string;
    }
  | { readonly name: 'MODEL_CHUNK'; readonly transfer: number; readonly offset: number; readonly data: Uint8Array }
  | { readonly name: 'MODEL_END' | 'MODEL_COMMIT'; readonly transfer: number }
  | { readonly name: 'MODEL_CONFIRM'; readonly transfer: number; readonly verdict: number }
  | { readonly name: 'STATE_GET'; readonly channel: number; readonly offset: number }
  | ({ readonly name: 'STATE_SET' } & StateFields);

export type Message = DeviceMessage | HostMessage;

/** What a frame was refused for, as section 1 of the protocol names it. */
export type Verdict = 'empty' | 'long' | 'cobs' | 'short' | 'crc' | 'version' | 'type' | 'length' | 'value';

/** NAK codes. */
export const nakCode = { gap: 1, version: 2, type: 3, length: 4, value: 5, boot: 6, channel: 7 } as const;
