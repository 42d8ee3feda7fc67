import { DeviceClock, type TimeSegment } from './deviceClock.js';
import type { ChannelMessage, DeviceHello, ReadingMessage, StatsMessage } from './frames/messages.js';

const mostRecent = 256; // readings of a channel whose sequences are remembered

/** A reading with its time, that was not there before. */
export interface TakenReading {
  readonly channel: ChannelMessage;
  readonly sequence: number;
  readonly tMs: number;
  readonly y: number;
}

/** What one device's link has come to, since this program started. */
export interface DeviceCounts {
  sessions: number;
  readings: number; // taken
  repeated: number; // seen before
  gaps: number; // readings that came before one that is missing
  dropped: number; // that the device had no room for, and this host never saw
  badFrames: Record<string, number>; // by verdict
  naks: number; // of the device
  forecastsSent: number;
  forecastsSuperseded: number;
}

export type Reception = 'taken' | 'seen' | 'gap' | 'unknown channel' | 'other boot';

/** One device, whatever line it is on, for as long as this program runs: what was received of its boot, and what is safe. */
export class KnownDevice {
  readonly id: string;
  readonly channels = new Map<number, ChannelMessage>();
  readonly counts: DeviceCounts = {
    ...{ sessions: 0, readings: 0, repeated: 0, gaps: 0, dropped: 0, badFrames: {}, naks: 0 },
    ...{ forecastsSent: 0, forecastsSuperseded: 0 },
  };
  hello: DeviceHello;
  stats: StatsMessage | undefined; // what it last said of itself
  clock: DeviceClock;
  isClockKept = true; // what it says is on disk
  #expected: number | undefined; // undefined: nothing was heard of this boot
  #committed: number | undefined;
  readonly #recent = new Map<number, { readonly tMs: number; readonly sequence: number }[]>(); // by channel

  constructor(hello: DeviceHello, segments: readonly TimeSegment[] = []) {
    this.id = hello.id;
    this.hello = hello;
    this.clock = new DeviceClock(segments);
  }

  /** It has said hello again; under another boot everything begins anew, with the times that this boot is known to have. */
  greet(hello: DeviceHello, segments: readonly TimeSegment[]): void {
    const isNewBoot = hello.boot !== this.hello.boot;
    this.hello = hello;
    if (!isNewBoot) return;
    this.clock = new DeviceClock(segments);
    this.isClockKept = true;
    this.channels.clear();
    this.#recent.clear();
    this.#expected = this.#committed = this.stats = undefined;
  }

  /** Every sequence below it has arrived. */
  get received(): number {
    return this.#expected ?? 1;
  }

  /** Every sequence below it is safe. */
  get committed(): number {
    return this.#committed ?? 1;
  }

  /** Judges a reading as section 5 of the protocol says; one that is taken is the next one, and goes to `take`. */
  receive(message: ReadingMessage, take: (reading: TakenReading) => void): Reception {
    const { boot, sequence, held, channel: number, ms, value: y } = message;
    if (boot !== this.hello.boot) return 'other boot';
    const channel = this.channels.get(number);
    if (!channel) return 'unknown channel';
    const oldest = sequence - held;
    this.#expected ??= oldest;
    this.#committed ??= oldest;
    if (oldest > this.#expected) {
      this.counts.dropped += oldest - this.#expected;
      this.#expected = oldest;
    }
    if (sequence < this.#expected) {
      this.counts.repeated++;
      return 'seen';
    }
    if (sequence > this.#expected) {
      this.counts.gaps++;
      return 'gap';
    }
    this.#expected++;
    this.counts.readings++;
    const tMs = this.clock.at(ms);
    this.#remember(number, tMs, sequence);
    take({ channel, sequence, tMs, y });
    return 'taken';
  }

  /** Everything of this boot up to and including `sequence` is safe. */
  commit(boot: number, sequence: number): void {
    if (boot === this.hello.boot && sequence >= this.committed) this.#committed = sequence + 1;
  }

  /** The newest reading of a channel that is not later than `tMs`. */
  sequenceAt(channel: number, tMs: number): number | undefined {
    return this.#recent.get(channel)?.findLast((reading) => reading.tMs <= tMs)?.sequence;
  }

  #remember(channel: number, tMs: number, sequence: number): void {
    let recent = this.#recent.get(channel);
    if (!recent) this.#recent.set(channel, (recent = []));
    recent.push({ tMs, sequence });
    if (recent.length >= 2 * mostRecent) recent.splice(0, mostRecent);
  }
}
