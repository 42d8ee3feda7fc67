import type { Config } from '../config/config.js';
import type { Logger } from '../log.js';
import type { StreamSource } from '../payloads/streamReader.js';
import type { SeriesBook } from '../pipeline/seriesBook.js';
import type { ForecastPublisher } from '../publish/forecastPublisher.js';
import type { ReloadParts } from './reloadConfig.js';

/** What is asked for whenever it is needed, and may be another thing each time. */
export interface LiveSettings {
  streams: Config['streams'];
  learn: Config['learn'];
}

interface Parts {
  readonly live: LiveSettings;
  readonly log: Logger;
  readonly source: Pick<StreamSource, 'use'>;
  readonly publisher: Pick<ForecastPublisher, 'use'>;
  readonly home: { turn(isOn: boolean): void; review(): void };
  readonly book: SeriesBook;
}

/** The keys of the configuration that change while the daemon runs, and how. */
export function reloadableKeys({ live, log, source, publisher, home, book }: Parts): ReloadParts['keys'] {
  const models = new Set(live.streams.map(({ settings }) => settings.model)); // those that are loaded
  const learn = (next: Config): boolean => {
    live.learn = next.learn;
    return true;
  };
  const publish = (next: Config): boolean => {
    publisher.use(next.publish);
    return true;
  };
  return {
    'log.level': (next) => {
      log.level = next.log.level;
      return true;
    },
    'learn.enabled': learn,
    'learn.every': learn,
    'learn.minReadings': learn,
    'learn.maxCpu': learn,
    'publish.qos': publish,
    'publish.retain': publish,
    'publish.homeassistant': (next) => {
      home.turn(next.publish.homeassistant);
      return true;
    },
    /** A series that is known goes on under its new settings from its next reading. A model that is not loaded waits for the next start, and all streams with it. */
    streams: ({ streams }) => {
      if (!streams.every(({ settings }) => models.has(settings.model))) return false;
      live.streams = streams;
      book.covariates.declare(streams.flatMap(({ settings }) => settings.covariates ?? []));
      source.use(streams);
      home.review();
      return true;
    },
  };
}
