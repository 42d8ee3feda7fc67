import { describe, expect, it } from 'vitest';
import { decodeAs, reasonsOf, valuesOf } from './decodeAs.js';

const time = ' 1465839830100400200';
const timeMs = 1465839830100;

describe('decodeInflux on the examples of the InfluxDB documentation', () => {
  it.each<[string, Record<string, number>]>([
    ['weather,location=us-midwest temperature=82', { 'weather,location=us-midwest.temperature': 82 }],
    ['weather temperature=82', { 'weather.temperature': 82 }],
    [
      'weather,location=us-midwest,season=summer temperature=82',
      { 'weather,location=us-midwest,season=summer.temperature': 82 },
    ],
    [
      'weather,location=us-midwest temperature=82,humidity=71',
      { 'weather,location=us-midwest.temperature': 82, 'weather,location=us-midwest.humidity': 71 },
    ],
    ['weather,location=us-midwest temperature=82i', { 'weather,location=us-midwest.temperature': 82 }],
    ['weather,location=us\\,midwest temperature=82', { 'weather,location=us,midwest.temperature': 82 }],
    ['weather,location=us-midwest temp\\=rature=82', { 'weather,location=us-midwest.temp=rature': 82 }],
    ['weather,location\\ place=us-midwest temperature=82', { 'weather,location place=us-midwest.temperature': 82 }],
    ['wea\\,ther,location=us-midwest temperature=82', { 'wea,ther,location=us-midwest.temperature': 82 }],
    ['wea\\ ther,location=us-midwest temperature=82', { 'wea ther,location=us-midwest.temperature': 82 }],
    ['myMeasurement fieldKey=12485903u', { 'myMeasurement.fieldKey': 12485903 }],
    ['myMeasurement fieldKey=-1.234456e+78', { 'myMeasurement.fieldKey': -1.234456e78 }],
    [
      'airSensors,sensor_id=TLM0201 temperature=73.97038159354763,humidity=35.23103248356096,co=0.48445310567793615',
      {
        'airSensors,sensor_id=TLM0201.temperature': 73.97038159354763,
        'airSensors,sensor_id=TLM0201.humidity': 35.23103248356096,
        'airSensors,sensor_id=TLM0201.co': 0.48445310567793615,
      },
    ],
  ])('reads %s', (line, values) => {
    const decoded = decodeAs('influx', line + time);
    expect(valuesOf(decoded)).toEqual(values);
    expect(decoded.samples.every(({ tMs }) => tMs === timeMs)).toBe(true);
    expect(decoded.rejects).toEqual([]);
  });

  it.each([
    'weather,location=us-midwest temperature="too warm"',
    'weather,location=us-midwest too_hot=true',
    'weather,location=us-midwest temperature="too\\"hot\\""',
    'weather,location=us-midwest temperature_str="too hot\\\\cold"',
    'myMeasurement,tagKey=🍭 fieldKey="Launch 🚀"',
    'myMeasurement fieldKey=T',
  ])('finds no number in %s', (line) => {
    expect(reasonsOf(decodeAs('influx', line + time))).toEqual(['no_numeric_field']);
  });

  it('reads several lines, with comments, blank lines and either line end', () => {
    const lines = '# a comment\r\nm,t=1 a=1 1556813561098000000\r\n\n  m,t=2 a=2 1556813561099000000\n#end';
    expect(decodeAs('influx', lines)).toMatchObject({
      samples: [
        { field: 'm,t=1.a', y: 1, tMs: 1556813561098 },
        { field: 'm,t=2.a', y: 2, tMs: 1556813561099 },
      ],
      rejects: [],
    });
  });
});

describe('decodeInflux', () => {
  it('names a series the same whatever the order of its tags', () => {
    expect(decodeAs('influx', 'm,b=2,a=1 x=1').samples[0]?.field).toBe('m,a=1,b=2.x');
  });

  it('takes seconds, milliseconds and microseconds where the size of the time shows them', () => {
    for (const stamp of ['1465839830', '1465839830000', '1465839830000000', '1465839830000000000'])
      expect(decodeAs('influx', `m x=1 ${stamp}`).samples[0]?.tMs).toBe(1465839830000);
    expect(decodeAs('influx', 'm x=1').samples[0]?.tMs).toBeUndefined();
  });

  it('reads the number behind a text with a comma, a blank and a line end in it', () => {
    expect(valuesOf(decodeAs('influx', 'm s="a, b=\nc",x=2 1465839830\nm y=3'))).toEqual({ 'm.x': 2, 'm.y': 3 });
  });

  it.each([
    'm',
    'm x',
    'm x=',
    'm x=abc',
    'm,t x=1',
    'm,t= x=1',
    'm x=1 soon',
    'm x="a"5',
    'm x=1 5 6',
    ',a=b x=1',
    'm x="open',
    'm x=1i2',
  ])('refuses the line %j and keeps those around it', (line) => {
    const decoded = decodeAs('influx', `m a=1\n${line}\nm b=2`);
    expect(decoded.samples.map(({ y }) => y)).toEqual([1, 2]);
    expect(reasonsOf(decoded)).toEqual(['influx_syntax']);
  });

  it('refuses nan, and a payload without lines', () => {
    expect(reasonsOf(decodeAs('influx', 'm x=NaN'))).toEqual(['not_finite']);
    expect(reasonsOf(decodeAs('influx', '# nothing\n'))).toEqual(['empty']);
    expect(reasonsOf(decodeAs('influx', ''))).toEqual(['empty']);
  });

  it('stays linear on a mebibyte of quotes that never end', () => {
    const started = performance.now();
    const decoded = decodeAs('influx', 'm x="\n\\'.repeat(150_000));
    expect(decoded.samples).toEqual([]);
    expect(performance.now() - started).toBeLessThan(1_000); // 150,000² steps would take minutes
  });

  it('uses the first 5,000 values of a message', () => {
    const decoded = decodeAs('influx', 'm x=1\n'.repeat(20_000));
    expect(decoded.samples.length).toBe(5_000);
    expect(reasonsOf(decoded)).toEqual(['too_many_fields']);
  });
});
