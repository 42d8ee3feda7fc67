import type { DecodedObservation, Delivery } from '../../src/pipeline/ports.js';
import type { SeriesSettings } from '../../src/series/types.js';
import { eventSettings } from './settings.js';

export const arrivalMs = Date.UTC(2025, 5, 1, 12);

/** A message without anything in it, unless it is given. */
export const delivery = (given: Partial<Delivery> = {}): Delivery => ({
  topic: 'sensors/a',
  observations: [],
  rejects: [],
  arrivedMs: arrivalMs,
  packetId: undefined,
  redelivered: false,
  session: 0,
  acknowledge: () => {},
  ...given,
});

export const observation = (
  tMs: number | undefined,
  y: number,
  { seriesId = 'a', settings = eventSettings as SeriesSettings, sequence = undefined as number | undefined } = {},
): DecodedObservation => ({ seriesId, settings, tMs, y, ...(sequence === undefined ? {} : { sequence }) });
