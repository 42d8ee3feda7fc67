import { wordOf } from '../config/byField.js';
import type { Config } from '../config/config.js';
import { AnnouncedSeries } from '../homeassistant/announcedSeries.js';
import { HomeAssistant } from '../homeassistant/homeAssistant.js';
import { modelUpdates } from '../homeassistant/modelUpdates.js';
import type { SeriesOrigin } from '../homeassistant/seriesOrigin.js';
import type { Logger } from '../log.js';
import type { BrokerConnection } from '../mqtt/brokerConnection.js';
import type { NamedSeries, StreamSource } from '../payloads/streamReader.js';
import type { Clock } from '../pipeline/clock.js';
import type { ModelRegistry } from '../pipeline/modelVersions.js';
import type { ForecastSink } from '../pipeline/ports.js';
import type { SeriesBook } from '../pipeline/seriesBook.js';
import { version } from '../version.js';

const modelsEveryMs = 2_000;

interface Parts {
  readonly connection: BrokerConnection;
  readonly book: SeriesBook;
  readonly registry: Pick<ModelRegistry, 'versions'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What Home Assistant is shown of this machine. Made before the source, which may take every topic. */
export function homeAssistantOfNode(
  { node, publish, store }: Config,
  { connection, book, registry, clock, log }: Parts,
) {
  let source: Pick<StreamSource, 'seriesOf'> | undefined;
  const isKept = (series: string): boolean => {
    const entry = book.get(series);
    const { readingsMs = Number.POSITIVE_INFINITY } = store.retention;
    return entry !== undefined && entry.track.lastMs >= clock.nowMs() - readingsMs;
  };
  const home = new HomeAssistant({
    broker: connection,
    identity: { prefix: publish.prefix, node, version },
    announced: new AnnouncedSeries(`${store.path}-homeassistant.json`),
    isNamed: ({ series, topic, field }) => source?.seriesOf(topic, field) === series,
    isKept,
    elapsedMs: () => clock.elapsedMs(),
    onDeaf: () => log.warn('the broker refuses homeassistant/status: nothing is sent again when Home Assistant starts'),
  });
  const tellModels = (): void => {
    if (home.isOn) home.models(modelUpdates(registry.versions()));
  };
  const timer = setInterval(tellModels, modelsEveryMs);
  const status = connection.status$.subscribe((now) => {
    if (now.state === 'connected' && !now.resumed) home.renew();
  });
  return {
    /** Once readings have names. */
    start: (named: Pick<StreamSource, 'seriesOf'>): void => {
      source = named;
      home.start(publish.homeassistant);
      tellModels();
    },
    turn: (isOn: boolean): void => home.turn(isOn),
    review: (): void => home.review(),
    named: (streams: Config['streams'], { series, topic, field, stream }: NamedSeries): void =>
      home.named(originOf(streams[stream], { series, topic, ...(field !== undefined && { field }) })),
    /** The same sink, heard. */
    heard: (sink: Required<ForecastSink>): Required<ForecastSink> => ({
      ...sink,
      publish: (forecasts) => {
        sink.publish(forecasts);
        home.publish(forecasts);
      },
    }),
    stop: (): void => {
      clearInterval(timer);
      status.unsubscribe();
      home.stop();
    },
  };
}

function originOf(stream: Config['streams'][number], origin: SeriesOrigin): SeriesOrigin {
  const unit = wordOf(stream.unit, origin.field);
  const deviceClass = wordOf(stream.deviceClass, origin.field);
  return { ...origin, ...(unit !== undefined && { unit }), ...(deviceClass !== undefined && { deviceClass }) };
}
