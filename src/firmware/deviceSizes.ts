import { padded } from './blobFormat.js';
import type { SourceSizes } from './cSource.js';
import type { Blob } from './readBlob.js';

const seriesHeaderBytes = 36;

/** RAM that the library asks for, as sc_net_open computes it. */
export function deviceSizes({ kind, columns, horizon, levels, season, layers, stateBytes }: Blob): SourceSizes {
  const ring = Math.max(season, horizon) + 1;
  const series = seriesHeaderBytes + 4 * horizon + padded(2 * horizon) + 4 * ring;
  const width = kind === 'float' ? 4 : 2;
  const widest = Math.max(...layers.map(({ hidden }) => hidden));
  const work = 3 * padded(width * widest);
  return {
    stateBytes: series + stateBytes,
    scratchBytes: padded(width * columns) + 4 * horizon * levels.length + work,
  };
}
