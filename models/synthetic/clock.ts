import type { Random } from '../../src/series/random.js';

const dayMs = 86_400_000;

/** The time line of one synthetic series, and what people's clocks on site say at each step. */
export interface Clock {
  readonly length: number;
  readonly startMs: number;
  readonly stepMs: number;
  readonly hours: number; // a step, in hours
  readonly phase: Float64Array; // share of the local day that is over, 0…1
  readonly day: Int32Array; // local days since the first
  readonly weekday: Int32Array; // 0 = Monday
}

/** Weighted by how common a cadence is among sensors that are forecast. */
const cadencesMin = [60, 60, 60, 60, 60, 60, 60, 30, 15, 10, 5, 1, 1, 1];

/** A random stretch of time, at a random cadence. Half of the sites live in UTC, as files without time zones pretend. */
export function randomClock(random: Random, days: number, maxLength: number): Clock {
  const stepMs = random.pick(cadencesMin) * 60_000;
  const length = Math.min(maxLength, Math.round((days * dayMs) / stepMs));
  const startMs = Date.UTC(2015, 0, 1) + random.integer(3000) * dayMs + random.integer(1440) * 60_000;
  const offsetMs = random.chance(0.5) ? 0 : (random.integer(25) - 12) * 3_600_000;
  const phase = new Float64Array(length);
  const day = new Int32Array(length);
  const weekday = new Int32Array(length);
  const firstDay = Math.floor((startMs + offsetMs) / dayMs);
  for (let i = 0; i < length; i++) {
    const localDays = (startMs + offsetMs + i * stepMs) / dayMs;
    const whole = Math.floor(localDays);
    phase[i] = localDays - whole;
    day[i] = whole - firstDay;
    weekday[i] = (whole + 3) % 7;
  }
  return { length, startMs, stepMs, hours: stepMs / 3_600_000, phase, day, weekday };
}
