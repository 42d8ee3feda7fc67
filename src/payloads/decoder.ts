export type PayloadKind = 'auto' | 'number' | 'json' | 'senml-json' | 'senml-cbor' | 'sparkplug-b' | 'influx';

/** What a stream's configuration says about its payloads. Paths are compiled once for each settings object: keep it, frozen. */
export interface DecodeSettings {
  readonly payload: PayloadKind;
  readonly value: readonly string[]; // JSON paths; empty = every numeric field
  readonly time?: string; // JSON path
  readonly sequence?: string; // JSON path of a running number
}

export interface PayloadContext {
  readonly topic: string;
  readonly arrivedMs: number;
  readonly contentType?: string; // MQTT 5
  readonly settings: DecodeSettings;
}

export interface Sample {
  readonly field: string | undefined; // undefined for a bare number
  readonly topic?: string; // stands in for the message's topic in the series' name
  readonly tMs: number | undefined; // whole milliseconds; undefined where the payload carries no time
  readonly y: number; // finite
  readonly sequence?: number;
}

/** Why a payload, or a part of one, gave no sample. docs/payloads.md explains each; a test keeps the two equal. */
export const rejectReasons = [
  'empty',
  'unknown_format',
  'not_a_number',
  'not_finite',
  'json_syntax',
  'no_numeric_field',
  'missing_field',
  'missing_time',
  'bad_time',
  'bad_sequence',
  'too_deep',
  'too_many_fields',
  'name_too_long',
  'senml_syntax',
  'senml_version',
  'senml_label',
  'senml_base',
  'senml_name',
  'senml_value',
  'not_numeric',
  'cbor_syntax',
  'bad_topic',
  'sparkplug_syntax',
  'sparkplug_compressed',
  'unknown_alias',
  'sequence_gap',
  'stale_death',
  'influx_syntax',
  'decoder_failed',
] as const;

export type RejectReason = (typeof rejectReasons)[number];

export interface DecodeReject {
  readonly reason: RejectReason;
  readonly detail: string;
}

export interface Decoded {
  readonly samples: readonly Sample[];
  readonly rejects: readonly DecodeReject[];
  readonly replies?: readonly { readonly topic: string; readonly payload: Uint8Array }[]; // to be published, QoS 0, not retained
}
