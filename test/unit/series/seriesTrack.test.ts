import { describe, expect, it } from 'vitest';
import { SeriesTrack } from '../../../src/series/seriesTrack.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';
import { ReadingFlag, type SeriesSettings, type Tick } from '../../../src/series/types.js';
import { eventSettings, gridSettings } from '../../support/settings.js';

const nowMs = Date.UTC(2025, 5, 1, 12);
const minute = 60_000;
const day = 86_400_000;
const { late, restart, stamped } = ReadingFlag;

/** A track that takes what it admits, as the daemon does. */
class Live {
  readonly track: SeriesTrack;
  readonly ticks: Tick[] = [];

  constructor(settings: SeriesSettings = eventSettings) {
    this.track = new SeriesTrack(settings);
  }

  hear(tMs: number | undefined, y = 0, { arrivedMs = nowMs, trusted = true } = {}) {
    const admission = this.track.admit(tMs, arrivedMs, trusted ? nowMs : undefined);
    this.track.take({ ...admission, y }, (tick) => this.ticks.push(tick));
    return admission;
  }
}

const bytes = (track: SeriesTrack): Uint8Array => {
  const writer = new SnapshotWriter();
  track.save(writer);
  return writer.bytes();
};

describe('SeriesTrack', () => {
  it('keeps a reading under its own time', () => {
    expect(new Live().hear(nowMs - 5000)).toEqual({ tMs: nowMs - 5000, flags: 0, clock: 'own' });
  });

  it('stamps a reading without a time with its arrival', () => {
    expect(new Live().hear(undefined)).toEqual({ tMs: nowMs, flags: stamped, clock: 'none' });
  });

  it.each([0, 12_345, Date.UTC(1999, 11, 31, 23, 59, 59), Date.UTC(2100, 0, 1), 1e18, Number.NaN])(
    'takes a device clock at %d for one that was never set',
    (tMs) => {
      expect(new Live().hear(tMs)).toEqual({ tMs: nowMs, flags: stamped, clock: 'unset' });
    },
  );

  it('stamps a reading more than a day ahead of a trusted clock, and believes it while it has none', () => {
    const live = new Live();
    expect(live.track.admit(nowMs + day, nowMs, nowMs).clock).toBe('own');
    expect(live.hear(nowMs + day + 1)).toEqual({ tMs: nowMs, flags: stamped, clock: 'ahead' });
    expect(live.hear(nowMs + 9 * day, 0, { trusted: false })).toEqual({
      tMs: nowMs + 9 * day,
      flags: 0,
      clock: 'own',
    });
  });

  it('stamps readings of one moment 1 ms apart, and never before what is there', () => {
    const live = new Live();
    expect([live.hear(undefined).tMs, live.hear(undefined).tMs, live.hear(undefined).tMs]).toEqual([
      nowMs,
      nowMs + 1,
      nowMs + 2,
    ]);
    live.hear(nowMs + 3 * minute);
    expect(live.hear(undefined)).toEqual({ tMs: nowMs + 3 * minute + 1, flags: stamped, clock: 'none' });
  });

  it('keeps arrivals in order though the clock of the node steps back ten years', () => {
    const live = new Live();
    live.hear(undefined);
    expect(live.hear(undefined, 0, { arrivedMs: nowMs - 3650 * day }).tMs).toBe(nowMs + 1);
  });

  it('calls an older reading late and does not step it', () => {
    const live = new Live();
    live.hear(nowMs);
    expect(live.hear(nowMs - 1)).toEqual({ tMs: nowMs - 1, flags: late, clock: 'own' });
    expect([live.ticks.length, live.track.lastMs]).toEqual([1, nowMs]);
  });

  it('begins a new time line at the 30th late reading in a row of a clock that runs on', () => {
    const live = new Live();
    live.hear(nowMs);
    const flags = Array.from({ length: 32 }, (_, i) => live.hear(nowMs - 3 * day + i * minute).flags);
    expect(flags).toEqual([...Array(29).fill(late), restart, 0, 0]);
    expect(live.ticks.map(({ restart: cleared }) => cleared)).toEqual([true, true, false, false]);
    expect(live.track.lastMs).toBe(nowMs - 3 * day + 31 * minute);
  });

  it('does not take stragglers for a clock that was set back', () => {
    const backwards = new Live();
    backwards.hear(nowMs);
    const runningBack = Array.from({ length: 60 }, (_, i) => backwards.hear(nowMs - i * minute - 1).flags);
    expect(new Set(runningBack)).toEqual(new Set([late]));

    const mixed = new Live();
    mixed.hear(nowMs);
    for (let i = 0; i < 60; i++) {
      expect(mixed.hear(nowMs - day + i * minute).flags).toBe(late);
      if (i % 25 === 24) mixed.hear(nowMs + i); // the series itself goes on
    }
  });

  it('knows the newest time of all, over late readings and time lines', () => {
    const live = new Live();
    expect(live.track.newestMs).toBe(Number.NEGATIVE_INFINITY);
    live.hear(nowMs);
    for (let i = 0; i < 31; i++) live.hear(nowMs - day + i * minute);
    expect([live.track.newestMs, live.track.lastMs]).toEqual([nowMs, nowMs - day + 30 * minute]);
  });

  it('calls a reading late whose slot was closed by the clock, and a stamped one too', () => {
    const live = new Live({ ...gridSettings, lateMs: 0 });
    const slotMs = nowMs + 10 * minute;
    live.hear(slotMs + 20_000);
    live.track.closeUntil(slotMs + minute, (tick) => live.ticks.push(tick));
    expect(live.ticks.length).toBe(1);
    expect(live.hear(slotMs + 40_000).flags).toBe(late);
    expect(live.hear(undefined)).toEqual({ tMs: slotMs + 20_001, flags: stamped | late, clock: 'none' });
    expect(live.track.newestMs).toBe(slotMs + 40_000);
  });

  it('changes nothing when it admits', () => {
    const live = new Live();
    live.hear(nowMs);
    const before = bytes(live.track);
    for (const tMs of [undefined, 0, nowMs - 1, nowMs, nowMs + minute, nowMs + 2 * day])
      live.track.admit(tMs, nowMs, nowMs);
    expect(bytes(live.track)).toEqual(before);
  });

  it('does the same with a stored reading as with the live one, without a clock', () => {
    const live = new Live(gridSettings);
    const rows: { tMs: number; y: number; flags: number }[] = [];
    const times = [
      0,
      30,
      undefined,
      70,
      -300,
      0,
      20,
      500,
      ...Array.from({ length: 45 }, (_, i) => 40 * i - 9000),
      undefined,
    ];
    times.forEach((s, y) => {
      rows.push({
        ...live.hear(s === undefined ? undefined : nowMs + 1000 * s, y, { arrivedMs: nowMs + 1000 * y }),
        y,
      });
    });
    const replayed = new SeriesTrack(gridSettings);
    const ticks: Tick[] = [];
    for (const row of rows) replayed.take(row, (tick) => ticks.push(tick));
    expect(ticks).toEqual(live.ticks);
    expect(ticks.length).toBeGreaterThan(10);
    expect(bytes(replayed)).toEqual(bytes(live.track));
  });

  it('goes on after a snapshot in the middle of a late run', () => {
    const live = new Live();
    live.hear(nowMs);
    for (let i = 0; i < 29; i++) live.hear(nowMs - day + i * minute);
    const loaded = new SeriesTrack(eventSettings);
    loaded.load(new SnapshotReader(bytes(live.track)));
    const next = [nowMs - day + 29 * minute, nowMs, nowMs] as const;
    expect(loaded.admit(...next)).toEqual(live.track.admit(...next));
    expect(loaded.admit(...next).flags).toBe(restart);
    expect(loaded.newestMs).toBe(nowMs);
  });
});
