/** From `fromMs` of the device on, a reading at `ms` is at `epochMs + (ms − fromMs) · rate`. */
export interface TimeSegment {
  readonly fromMs: number; // since the device's boot
  readonly epochMs: number;
  readonly rate: number;
}

/** The device showed `deviceMs` at `hostMs`, give or take `uncertaintyMs`. */
export interface TimeSample {
  readonly deviceMs: number;
  readonly hostMs: number;
  readonly uncertaintyMs: number;
}

const toleranceMs = 50; // beyond what is uncertain: until then the map stays as it is
const stepMs = 2_000; // an error that large is stepped over: somebody set the clock of this machine
const bendMs = 600_000; // a smaller one is made up for in so long
const leastSpanMs = 60_000; // that a pace is estimated over
const mostSegments = 64;

/**
 * What the milliseconds of one boot of a device are in Unix time. It is piecewise linear, and a piece once in use never changes: a reading that
 * is sent again has the same time again, which is how the store knows it. Before the first piece, its line goes on backwards. A clock that
 * drifts bends the map (times stay in order); only an error above 2 s makes it jump.
 */
export class DeviceClock {
  readonly #segments: TimeSegment[];
  #first: TimeSample | undefined; // that the pace is measured from
  #uncertaintyMs = Number.POSITIVE_INFINITY;

  constructor(segments: readonly TimeSegment[] = []) {
    this.#segments = [...segments];
  }

  get segments(): readonly TimeSegment[] {
    return this.#segments;
  }

  get isSet(): boolean {
    return this.#segments.length > 0;
  }

  /** How far the time given to a reading may be from the present clock of this machine, by the last sample. */
  get uncertaintyMs(): number {
    return this.#uncertaintyMs;
  }

  /** Unix time, whole milliseconds. @throws {RangeError} before the first sample. */
  at(ms: number): number {
    return Math.round(this.#exactly(ms));
  }

  /** Takes a sample; true when a new piece begins, which must be safe on disk before a reading is given its time by it. */
  hear(sample: TimeSample): boolean {
    this.#uncertaintyMs = sample.uncertaintyMs;
    if (!this.isSet) return this.#begin(sample.deviceMs, sample.hostMs, 1, sample);
    const errorMs = sample.hostMs - this.#exactly(sample.deviceMs);
    if (Math.abs(errorMs) > stepMs + sample.uncertaintyMs) {
      return this.#begin(sample.deviceMs, sample.hostMs, 1, sample);
    }
    this.#first ??= sample;
    if (Math.abs(errorMs) <= toleranceMs + sample.uncertaintyMs) {
      this.#uncertaintyMs += Math.abs(errorMs);
      return false;
    }
    this.#uncertaintyMs += Math.abs(errorMs);
    const spanMs = sample.deviceMs - this.#first.deviceMs;
    const pace = spanMs >= leastSpanMs ? (sample.hostMs - this.#first.hostMs) / spanMs : 1;
    const rate = (errorMs + bendMs * pace) / bendMs;
    return this.#begin(sample.deviceMs, this.#exactly(sample.deviceMs), rate, this.#first);
  }

  #begin(fromMs: number, epochMs: number, rate: number, first: TimeSample): boolean {
    this.#segments.push({ fromMs, epochMs, rate });
    if (this.#segments.length > mostSegments) this.#segments.shift();
    this.#first = first;
    return true;
  }

  #exactly(ms: number): number {
    const segment = this.#segments.findLast(({ fromMs }) => fromMs <= ms) ?? this.#segments[0];
    if (!segment) throw new RangeError('DeviceClock: no sample yet');
    return segment.epochMs + (ms - segment.fromMs) * segment.rate;
  }
}
