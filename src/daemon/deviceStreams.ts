import type { Config } from '../config/config.js';
import { configSchema } from '../config/schema.js';
import { streamSettings } from '../config/streamSettings.js';
import { seriesNamer } from '../payloads/seriesNamer.js';
import type { NamedSeries } from '../payloads/streamReader.js';
import { topicMatcher } from '../payloads/topicFilter.js';
import { fieldOfChannel, topicOfDevice } from '../serial/deviceFields.js';
import type { SeriesSettings } from '../series/types.js';

export interface DeviceSeries {
  readonly seriesId: string;
  readonly settings: SeriesSettings;
}

const [plain] = configSchema.parse({}).streams.map(streamSettings); // of a device that no stream takes

/** Which series a channel of a device is: the first stream that takes its topic says how it is named and stepped. */
export function deviceStreams(
  streamsNow: () => Config['streams'],
  onNamed: (named: NamedSeries) => void = () => {},
): (device: string, channel: string) => DeviceSeries {
  let streams: Config['streams'] | undefined;
  let streamOf: (topic: string) => number;
  let names: readonly ReturnType<typeof seriesNamer>[];
  const plainName = seriesNamer(plain.seriesTemplate);
  return (device, channel) => {
    if (streams !== streamsNow()) {
      streams = streamsNow();
      streamOf = topicMatcher(streams.map(({ filter }) => filter));
      names = streams.map(({ seriesTemplate }, stream) =>
        seriesNamer(seriesTemplate, undefined, (series, topic, field) => onNamed({ series, topic, field, stream })),
      );
    }
    const topic = topicOfDevice(device);
    const field = fieldOfChannel(channel);
    const index = streamOf(topic);
    if (index < 0) return { seriesId: plainName(topic, field), settings: plain.settings };
    return { seriesId: names[index](topic, field), settings: streams[index].settings };
  };
}
