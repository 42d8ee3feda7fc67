import type { Random } from '../../src/series/random.js';
import type { Clock } from './clock.js';
import { dailyFactor } from './processes.js';
import { anyProfile, type Profile } from './profile.js';

export interface SeasonOptions {
  profile?: Profile;
  dailySpread?: number; // of the logarithm of a day's factor
  week?: boolean;
}

/**
 * A daily pattern: one shape on working days and, where people are behind it, another or a weaker one on the weekend
 * and on rare holidays, each day stronger or weaker than the last, its shape stretched a little early or late.
 */
export function season(random: Random, clock: Clock, options: SeasonOptions = {}): Float64Array {
  const {
    profile = anyProfile(random),
    dailySpread = random.logBetween(0.01, 0.4),
    week = random.chance(0.5),
  } = options;
  const weekendProfile = random.chance(0.5) ? anyProfile(random) : profile;
  const weekendSize = random.between(0.1, 1.1);
  const perWeekday = Float64Array.from({ length: 7 }, () => 1 + (week ? random.normal() * 0.07 : 0));
  const holidayRate = week && random.chance(0.6) ? 0.03 : 0;
  const jitter = random.chance(0.4) ? random.logBetween(0.0005, 0.015) : 0; // of a day
  const factor = dailyFactor(random, clock, dailySpread);
  const growth = random.between(-0.4, 0.4) / clock.length;
  const out = new Float64Array(clock.length);
  let [today, holiday, shift] = [-1, false, 0];
  for (let i = 0; i < clock.length; i++) {
    if (clock.day[i] !== today) {
      today = clock.day[i];
      holiday = random.chance(holidayRate);
      shift = jitter * random.normal();
    }
    const phase = clock.phase[i] + shift;
    const free = week && (holiday || clock.weekday[i] >= 5);
    const shape = free ? weekendSize * weekendProfile(phase) : profile(phase);
    out[i] = shape * perWeekday[clock.weekday[i]] * factor[i] * (1 + growth * i);
  }
  return out;
}
