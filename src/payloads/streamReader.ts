import type { DecodedObservation, ReadingSource, Reject } from '../pipeline/ports.js';
import type { SeriesSettings } from '../series/types.js';
import { createDecoder } from './createDecoder.js';
import type { Decoded, DecodeSettings } from './decoder.js';
import { seriesNamer } from './seriesNamer.js';
import { topicMatcher } from './topicFilter.js';

/** What is listened to, and how it is read. */
export interface ReadStream {
  readonly filter: string;
  readonly decode: DecodeSettings;
  readonly seriesTemplate: string | undefined;
  readonly settings: SeriesSettings;
}

export interface NamedSeries {
  readonly series: string;
  readonly topic: string;
  readonly field: string | undefined; // undefined: the payload is a bare number
  readonly stream: number;
}

/** A message, as far as its reading depends on it. */
export interface ReadMessage {
  readonly topic: string;
  readonly payload: Uint8Array; // a view: what is kept of it is copied
  readonly contentType: string | undefined;
  readonly retained: boolean; // an old value, kept by the broker
}

export interface StreamReaderOptions {
  readonly streams: readonly ReadStream[]; // the first whose filter matches a topic decodes it
  readonly prefix: string; // of our own topics, which hold no readings
  readonly maxPayloadBytes: number;
  readonly onReject: (reject: Reject) => void; // told at once of what could not be used, except the ordinary
  /** A series is heard for the first time, or for the first time since `use`: `stream` is its place among the streams. */
  readonly onNamed?: (named: NamedSeries) => void;
}

export interface Reading {
  readonly observations: readonly DecodedObservation[];
  readonly rejects: readonly Reject[];
  readonly replies: Decoded['replies'];
}

export interface StreamReader {
  /** Goes on with other streams. */
  use(streams: readonly ReadStream[]): void;
  /** The place of the stream that takes a topic, −1 for none: nobody's, or one of our own. */
  streamOf(topic: string): number;
  /** What a message of the stream at that place holds. */
  read(message: ReadMessage, arrivedMs: number, stream: number): Reading;
  /** What a value from there is called by now; undefined when no stream takes it. */
  seriesOf(topic: string, field: string | undefined): string | undefined;
}

/** A source that reads streams. */
export interface StreamSource extends ReadingSource {
  /** Goes on with other streams. What was asked for stays asked for; what no stream takes any more is acknowledged and dropped. */
  use(streams: readonly ReadStream[]): void;
  /** What a value from there is called by now; undefined when no stream takes it. */
  seriesOf(topic: string, field: string | undefined): string | undefined;
  /** Takes nothing more, acknowledges nothing more by itself, and completes `deliveries$`. What was taken may still be acknowledged. */
  drain(): void;
}

/** How much of a refused payload is kept for people to look at. */
const keptBytes = 256;

/** A sender without a clock, a value the broker kept: nothing is wrong with them. */
const ordinary = new Set(['missing_time', 'retained']);

/** From messages to readings, whatever brought them: finds the stream of a topic, decodes, names series. */
export const createStreamReader = ({
  streams: firstStreams,
  prefix,
  maxPayloadBytes,
  onReject,
  onNamed = () => {},
}: StreamReaderOptions): StreamReader => {
  const decode = createDecoder();
  const own = `${prefix}/`;
  let streams: readonly ReadStream[];
  let match: (topic: string) => number;
  let names: readonly ReturnType<typeof seriesNamer>[];

  const use = (wanted: readonly ReadStream[]): void => {
    streams = wanted;
    match = topicMatcher(streams.map(({ filter }) => filter));
    names = streams.map(({ seriesTemplate }, stream) =>
      seriesNamer(seriesTemplate, undefined, (series, topic, field) => onNamed({ series, topic, field, stream })),
    );
  };
  use(firstStreams);

  const streamOf = (topic: string): number => (topic.startsWith(own) ? -1 : match(topic));

  return {
    use,
    streamOf,
    read: ({ topic, payload, contentType, retained }, arrivedMs, stream) => {
      const { decode: settings, settings: seriesSettings } = streams[stream]!;
      const nameOf = names[stream]!;
      const observations: DecodedObservation[] = [];
      const rejects: Reject[] = [];
      let replies: Decoded['replies'];
      const reject = (reason: string, detail: string) => {
        const kept = Uint8Array.from(payload.subarray(0, keptBytes));
        const rejected = { topic, reason, detail, payload: kept, arrivedMs, countedOnly: ordinary.has(reason) };
        rejects.push(rejected);
        if (!rejected.countedOnly) onReject(rejected);
      };

      if (payload.length > maxPayloadBytes)
        reject('too_large', `${payload.length} bytes; at most ${maxPayloadBytes} are read`);
      else {
        const decoded = decode(payload, { topic, arrivedMs, contentType, settings });
        let old = 0;
        for (const { field, topic: inner = topic, tMs, y, sequence } of decoded.samples) {
          if (retained && tMs === undefined) old++;
          else observations.push({ seriesId: nameOf(inner, field), tMs, y, sequence, settings: seriesSettings });
        }
        if (old > 0) reject('retained', 'an old value, kept by the broker, that does not say when it was measured');
        for (const { reason, detail } of decoded.rejects) reject(reason, detail);
        replies = decoded.replies;
      }
      return { observations, rejects, replies };
    },
    seriesOf: (topic, field) => {
      const index = match(topic);
      return index < 0 ? undefined : seriesNamer(streams[index]!.seriesTemplate)(topic, field);
    },
  };
};
