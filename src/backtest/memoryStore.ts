import type { Store } from '../pipeline/ports.js';

const remembered = 1000; // readings of a series: a repetition within so many is noticed

/** A store that forgets: a backtest scores what is published and keeps nothing. */
export function memoryStore(): Store {
  const taken = new Map<number, Set<string>>(); // the newest of each series
  const key = (tMs: number, y: number): string => `${tMs} ${y}`;
  const note = (series: number, tMs: number, y: number): void => {
    const own = taken.get(series) ?? new Set();
    taken.set(series, own.add(key(tMs, y)));
    if (own.size > remembered) own.delete(own.values().next().value!);
  };
  return {
    load: async () => ({ series: [], snapshots: new Map(), lastLogId: 0 }),
    replay: async function* () {},
    recent: async () => [],
    lastForecastTick: () => -1,
    forecastPlaces: async () => [],
    contains: (series, tMs, y) => taken.get(series)?.has(key(tMs, y)) ?? false,
    noteTaken: ({ series, tMs, y }) => note(series, tMs, y),
    takenByPacket: () => [],
    forgetPacket: () => {},
    stage: () => {},
    commit: async () => {},
  };
}
