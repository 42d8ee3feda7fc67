import { describe, expect, it } from 'vitest';
import { forecastAttributes, type ShownForecast, seriesState } from '../../../src/homeassistant/seriesState.js';
import { recorderLimitBytes } from '../../reference/homeAssistant.js';

const forecast = (horizon: number, levels = [0.1, 0.5, 0.9]): ShownForecast => ({
  series: 'sensors/kitchen/temperature',
  time: 1_763_865_600_000,
  issued: 1_763_865_600_012,
  model: 'gru-base@1',
  step: 60_000,
  levels,
  values: Array.from({ length: horizon }, (_, h) => levels.map((level) => Number((20 + h + level).toFixed(2)))),
});

describe('seriesState', () => {
  it('is the next value, the last of the horizon, the band of the next, and the skill in percent', () => {
    expect(JSON.parse(seriesState(forecast(24), 0.1234))).toEqual({
      ...{ next: 20.5, end: 43.5, low: 20.1, high: 20.9, skill: 12.3 },
    });
    expect(JSON.parse(seriesState(forecast(1), undefined)).skill).toBeNull();
  });
});

describe('forecastAttributes', () => {
  it('has a point a step, at the times the forecast is for', () => {
    const { forecast: points, every } = JSON.parse(forecastAttributes(forecast(24)));
    expect(every).toBe(1);
    expect(points).toHaveLength(24);
    expect(points[0]).toEqual({ datetime: '2025-11-23T02:41:00.000Z', value: 20.5, low: 20.1, high: 20.9 });
  });

  it.each([200, 1_024])('stays within what the recorder keeps at %i steps, and keeps the last of them', (horizon) => {
    const named = { ...forecast(horizon), series: 'é'.repeat(20_000) };
    const text = forecastAttributes(named);
    expect(Buffer.byteLength(text)).toBeLessThan(recorderLimitBytes - 1_500); // its own attributes need room too
    const { forecast: points, every } = JSON.parse(text);
    expect(every).toBeGreaterThan(1);
    expect(points.at(-1).value).toBe(20 + horizon - 0.5);
    expect(points).toHaveLength(Math.ceil(horizon / every));
  });

  it('has no band where the only level is the median', () => {
    expect(JSON.parse(forecastAttributes(forecast(1, [0.5]))).forecast[0]).not.toHaveProperty('low');
  });
});
