import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Covariate, SeriesSettings } from '../../../src/series/types.js';
import type { Message } from '../../support/brokerSession.js';
import { live, type Weather } from '../../support/liveRun.js';
import { eventSettings, gridSettings } from '../../support/settings.js';

const startMs = Date.UTC(2025, 5, 1, 6);
const minute = 60_000;

type Kind = 'step' | 'gap' | 'late' | 'again' | 'tie' | 'setBack' | 'noClock' | 'boot1970' | 'ahead';
interface Happening {
  readonly kind: Kind;
  readonly series: number;
  readonly amount: number; // 0…1
  readonly y: number;
}

/** What devices with honest, jumping and missing clocks send. */
function messagesOf(happenings: readonly Happening[], settings: SeriesSettings): Message[] {
  const messages: Message[] = [];
  const atMs = [startMs, startMs + 7000, startMs + 31_000]; // each device's clock
  const sent: [number, number | undefined, number][][] = [[], [], []];
  let total = 0;
  let arrivedMs = startMs;
  const send = (series: number, tMs: number | undefined, y: number): void => {
    arrivedMs = Math.max(arrivedMs + 250, atMs[series]);
    sent[series].push([series, tMs, y]);
    messages.push({ arrivedMs, observations: [{ seriesId: `s/${series}`, tMs, y, settings }] });
  };
  for (const { kind, series, amount, y } of happenings) {
    const value = settings.counter ? (total = amount > 0.95 ? 1 : total + Math.abs(y)) : y;
    const step = (): number => (atMs[series] += Math.round(minute * (0.6 + 0.8 * amount)));
    if (kind === 'step') send(series, step(), value);
    else if (kind === 'gap') send(series, (atMs[series] += Math.round(minute * (2 + 25 * amount))), value);
    else if (kind === 'late') send(series, atMs[series] - Math.round(3 * minute * amount), value);
    else if (kind === 'tie') send(series, atMs[series], value);
    else if (kind === 'noClock') send(series, undefined, value);
    else if (kind === 'boot1970') send(series, 5000 + messages.length, value);
    else if (kind === 'ahead') send(series, arrivedMs + 3 * 86_400_000, value);
    else if (kind === 'again') {
      const known = sent[series][Math.floor(amount * sent[series].length)];
      if (known) send(...known);
    } else {
      atMs[series] -= Math.round(amount * 90 * minute);
      for (let i = 0; i < 34; i++) send(series, step(), value + (settings.counter ? (total += 2) - value : i % 3));
    }
  }
  return messages;
}

const share = fc.integer({ min: 0, max: 1000 }).map((k) => k / 1000); // fc.double prefers the tiny
const happening = fc.record({
  kind: fc.oneof(
    { weight: 12, arbitrary: fc.constant<Kind>('step') },
    { weight: 1, arbitrary: fc.constant<Kind>('setBack') },
    { weight: 8, arbitrary: fc.constantFrom<Kind>('gap', 'late', 'again', 'tie', 'noClock', 'boot1970', 'ahead') },
  ),
  series: fc.nat(2),
  amount: share,
  y: fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.integer({ min: -5000, max: 5000 }).map((k) => k / 99),
  ),
});

const calm: Weather = { kills: [], together: 1, stepTurns: 0, commitTurns: 0, snapshotEvery: 256, quietAt: [] };
const weather: fc.Arbitrary<Weather> = fc.record({
  kills: fc.array(fc.record({ after: share, turns: fc.nat(6), unheard: fc.nat(4) }), { maxLength: 3 }),
  together: fc.integer({ min: 1, max: 5 }),
  stepTurns: fc.nat(3),
  commitTurns: fc.nat(4),
  snapshotEvery: fc.integer({ min: 1, max: 20 }),
  quietAt: fc.array(share, { maxLength: 2 }),
});

const runs: Record<string, SeriesSettings> = {
  'event cadence': eventSettings,
  'event cadence of a meter': { ...eventSettings, counter: true },
  'a grid': gridSettings,
  'a grid with a long tolerance': { ...gridSettings, lateMs: 240_000, aggregate: 'max', maxGapSteps: 20 },
  'a grid of a meter': { ...gridSettings, counter: true },
  'series that look at one another': { ...eventSettings, covariates: around('past') },
  'a grid whose series look at one another': { ...gridSettings, covariates: around('past') },
  'a grid that looks at series known ahead': { ...gridSettings, covariates: around('future') },
};

function around(known: 'past' | 'future'): Covariate[] {
  return [0, 1, 2].map((i) => ({ name: `s${i}`, series: `s/${i}`, known }));
}

describe.each(Object.entries(runs))('a run over %s', (_name, settings) => {
  it('leaves readings, forecasts and states byte-equal however often it is killed and however slow its parts are', async () => {
    const isForetold = settings.covariates?.some(({ known }) => known === 'future');
    const check = async (happenings: readonly Happening[], storm: Weather): Promise<void> => {
      const messages = messagesOf(happenings, settings);
      const firstKill = Math.min(1, ...storm.kills.map(({ after }) => after));
      const quietAt = storm.quietAt.map((at) => at * firstKill); // a start knows nothing of how long it was quiet before it
      const [expected, found] = [
        await live(messages, { ...calm, quietAt }),
        await live(messages, { ...storm, quietAt }),
      ];
      expect(found).toEqual(expected);
      for (const { readings, forecasts } of found) {
        const different = new Set(readings.map((row) => row.slice(0, row.lastIndexOf(' ')))).size;
        if (!isForetold) expect(different).toBe(readings.length); // a forecast may go back on itself
        const ticks = forecasts.map((row) => Number(row.slice(0, row.indexOf(' '))));
        expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b));
      }
    };
    const many = fc.array(happening, { minLength: 20, maxLength: 120, size: 'max' });
    await fc.assert(fc.asyncProperty(many, weather, check), { seed: 20250601, numRuns: 40 });
  }, 60_000);
});
