import type { Store } from '../pipeline/ports.js';

/** A store that forgets: a backtest scores what is published and keeps nothing. */
export function memoryStore(): Store {
  const taken = new Set<string>();
  const key = (series: number, tMs: number, y: number): string => `${series} ${tMs} ${y}`;
  return {
    load: async () => ({ series: [], snapshots: new Map(), lastLogId: 0 }),
    replay: async function* () {},
    recent: () => [],
    lastForecastTick: () => -1,
    forecastPlaces: () => [],
    contains: (series, tMs, y) => taken.has(key(series, tMs, y)),
    noteTaken: ({ series, tMs, y }) => void taken.add(key(series, tMs, y)),
    takenByPacket: () => [],
    forgetPacket: () => {},
    stage: () => {},
    commit: async () => {},
  };
}
